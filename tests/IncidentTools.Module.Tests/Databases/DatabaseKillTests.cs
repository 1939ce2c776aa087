using IncidentTools.Module.Tests.Outage;
using IncidentTools.Tests.Shared;

namespace IncidentTools.Module.Tests.Databases;

/// <summary>The runner is killed while it restarts a PostgreSQL, and another one goes on: the server is up, what was in doubt was asked about, and nothing was done twice unseen.</summary>
public sealed class DatabaseKillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("incidenttools-db-").FullName;

    public DatabaseKillTests() => Environment.SetEnvironmentVariable("INCIDENTTOOLS_SECRET_ORDERS_DB", PostgresServer.Password);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_runner_killed_within_the_restart_leaves_it_to_the_next()
    {
        using var outage = new DatabaseOutage(Path.Combine(_folder, "pair"));
        var runner = new MortalRunner(KillAt.Compile(_folder), _folder, outage.Workspace, Script);
        outage.Primary.Stop("immediate");
        using (var host = runner.Session())
            host.Run("$null = Start-Incident 'Orders are down' -Service shop -Impact 1 -Urgency 1 -Runbook database-issues -NoPage; $null = Confirm-Incident 1; $null = Set-IncidentRole 1 -Role incident-commander -Contact ana; Disconnect-IncidentStore");
        runner.KillWhen(() => outage.Calls.Contains("restart"));
        var lines = runner.Finish();
        Assert.True(lines[0] == "run Succeeded", string.Join('\n', lines));
        Assert.Contains("valid True", lines);
        Assert.Equal("f", outage.Primary.Query("SELECT pg_is_in_recovery()"));
        // begun once: its effect was there, so that nobody began it again
        Assert.Equal(["restart"], outage.Calls);
    }

    private const string Script = """
        $ErrorActionPreference = 'Stop'
        $run = Invoke-Runbook database-issues -Incident 1 -IdempotencyKey db -Parameter @{ settle = '1s' } -Patience 1m -ErrorAction SilentlyContinue
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 40; $turn++) {
            switch ($run.WaitReason) {
                'Answer' {
                    if ($run.Step -eq 'findings') { $null = Complete-RunbookStep -Run $run.Run -Step findings -Value @{ intruder = 'no'; damage = 'no'; backup = 'good' } }
                    elseif ($run.Step -eq 'recover') { $null = Complete-RunbookStep -Run $run.Run -Step recover -Value @{ backup = 'taken, and restored on trial' } }
                    else { throw "nobody knows what to say to $($run.Step): $($run.Message)" }
                }
                'Approval' { $null = Approve-RunbookStep -Run $run.Run -Step $run.Step -SoleOperatorReason 'nobody else is awake' }
                # it runs, but its status command does not say since when: that is for a person to tell
                'InDoubt' { $null = Resolve-RunbookStep -Run $run.Run -Step $run.Step -Outcome Done -Note 'the log shows that it was started again' }
            }
            $run = Resume-RunbookRun $run.Run -Patience 1m -ErrorAction SilentlyContinue
        }
        "run $($run.State)"
        "at $($run.Step) $($run.Message)"
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
