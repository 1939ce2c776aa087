using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Slowness;

/// <summary>The runner is killed while the second of two instances is being restarted, and another one goes on: the first is not touched again.</summary>
public sealed class RollingKillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-rolling-").FullName;
    private SlowShop? _shop;

    public void Dispose()
    {
        _shop?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData("one")]
    [InlineData("two")]
    public void A_rolling_restart_that_was_broken_off_goes_on_with_the_rest(string during)
    {
        var shop = _shop = new SlowShop(Path.Combine(_folder, "shop"));
        (shop.App.Front, shop.App.Search) = (TimeSpan.FromSeconds(2.5), TimeSpan.FromSeconds(2.5));
        shop.Log("Lock wait timeout exceeded; try restarting transaction");
        var runner = new MortalRunner(KillAt.Compile(_folder), Directory.CreateDirectory(Path.Combine(_folder, "run")).FullName, shop.Workspace, Script, shop.Folder);
        using (var host = runner.Session()) host.Run("$null = Start-Incident 'Shop is slow' -Service web -Impact 2 -Urgency 2; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana; Disconnect-IncidentStore");
        File.WriteAllText(shop.PathOf($"hang-{during}"), "2");
        runner.KillWhen(() => shop.Done.Contains($"restart {during}"));
        shop.Set("helps-restart");
        var lines = runner.Finish();
        Assert.True(lines[0].StartsWith("run Succeeded", StringComparison.Ordinal), string.Join('\n', lines));
        Assert.Contains("step rolling#1 Succeeded ", lines);
        Assert.Contains("valid True", lines);
        // the one that was under way may have been ended before it did anything: then it is begun again; what is on record is not
        var other = during == "one" ? "two" : "one";
        Assert.Single(shop.Done, line => line == $"restart {other}");
        Assert.InRange(shop.Done.Count(line => line == $"restart {during}"), 1, 2);
    }

    private const string Script = """
        param([string] $Folder)
        $ErrorActionPreference = 'Stop'
        $run = Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s'; sample = '500ms'; samples = 3 } -IdempotencyKey slow -Patience 2m -ErrorAction SilentlyContinue
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 30; $turn++) {
            switch ($run.WaitReason) {
                'Answer' {
                    switch ($run.Step) {
                        'findings' { $null = Complete-RunbookStep -Run $run.Run -Step findings -Value @{ intruder = 'no'; changed = 'no'; job = 'no'; traffic = 'usual' } }
                        'fix_database' { $null = Complete-RunbookStep -Run $run.Run -Step fix_database -Outcome Failed }
                        'choose' { $null = Complete-RunbookStep -Run $run.Run -Step choose -Outcome rolling-restart }
                        'dump' { $null = Complete-RunbookStep -Run $run.Run -Step dump -Outcome Done }
                        'recover' { $null = Complete-RunbookStep -Run $run.Run -Step recover }
                        default { throw "nobody knows what to say to $($run.Step): $($run.Message)" }
                    }
                }
                'Approval' { $null = Approve-RunbookStep -Run $run.Run -Step $run.Step }
                default { throw "$($run.Step) waits for $($run.WaitReason): $($run.Message)" }
            }
            $run = Resume-RunbookRun $run.Run -Patience 2m -ErrorAction SilentlyContinue
        }
        "run $($run.State) $($run.Step) $($run.WaitReason) $($run.Message)"
        foreach ($step in Get-RunbookStep $run.Run) { if ($step.Visit -gt 0) { "step $($step.Step)#$($step.Visit) $($step.State) $(if ($step.State -eq 'Failed') { $step.Error })" } }
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
