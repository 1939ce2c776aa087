using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.DataLoss;

/// <summary>The runner is killed in the middle of a restore, and another one goes on: the files are back once, and the live folder was never half of anything.</summary>
public sealed class LossKillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-loss-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_runner_killed_within_the_restore_leaves_it_to_the_next_which_does_it_once()
    {
        var world = new LossWorld(Path.Combine(_folder, "loss"), large: true);
        var runner = new MortalRunner(KillAt.Compile(_folder), _folder, world.Workspace, Script);
        File.Delete(world.At("site/a.jpg"));
        world.Log("user bob deleted a.jpg");
        using (var host = runner.Session())
            host.Run("$null = Start-Incident 'Pictures are gone' -Service shop -Class data -Impact 2 -Urgency 1 -Runbook data-loss -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana; Disconnect-IncidentStore");
        runner.KillWhen(() => Directory.GetDirectories(world.At("restore"), "*.restoring-*").Length > 0);
        Assert.False(File.Exists(world.At("site/a.jpg")));
        var lines = runner.Finish();
        Assert.Equal("run Succeeded", lines[0]);
        Assert.Contains("valid True", lines);
        Assert.Equal("first picture", File.ReadAllText(world.At("site/a.jpg")));
        // what was restored stands there once; what was broken off is named as such and is no restore
        Assert.Single(Directory.GetDirectories(world.At("restore")), folder => !folder.Contains(".restoring-", StringComparison.Ordinal));
        Assert.Equal(["off", "on"], world.Pruning);
    }

    private const string Script = """
        $ErrorActionPreference = 'Stop'
        $run = Invoke-Runbook data-loss -Incident 1 -IdempotencyKey loss -Patience 1m -ErrorAction SilentlyContinue
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 40; $turn++) {
            switch ($run.WaitReason) {
                'Answer' {
                    if ($run.Step -eq 'report') { $null = Complete-RunbookStep -Run $run.Run -Step report -Value @{ lost = 'a.jpg'; ongoing = 'no'; intruder = 'no'; personal = 'no' } }
                    elseif ($run.Step -eq 'strategy') { $null = Complete-RunbookStep -Run $run.Run -Step strategy -Outcome missing }
                    elseif ($run.Step -in 'sample', 'reconcile', 'recover') { $null = Complete-RunbookStep -Run $run.Run -Step $run.Step }
                    else { throw "nobody knows what to say to $($run.Step): $($run.Message)" }
                }
                'Approval' { $null = Approve-RunbookStep -Run $run.Run -Step $run.Step -SoleOperatorReason 'nobody else is awake' }
                'InDoubt' { throw "in doubt: $($run.Step) $($run.Message)" }
            }
            $run = Resume-RunbookRun $run.Run -Patience 1m -ErrorAction SilentlyContinue
        }
        "run $($run.State)"
        "at $($run.Step) $($run.Message)"
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
