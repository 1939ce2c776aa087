namespace IncidentTools.Module.Tests.Breach;

/// <summary>A runner that goes through the whole breach in a process of its own, whatever was done before.</summary>
internal static class BreachScript
{
    /// <summary>Gives run and valid as its last lines.</summary>
    public const string Text = """
        $ErrorActionPreference = 'Stop'
        $answers = @{
            first_look = @{ Value = @{ verdict = 'confirmed'; kind = 'intrusion'; active = 'no' } }
            scope = @{ Value = @{ verdict = 'confirmed'; personal = 'no'; payment = 'no'; health = 'no'; tenants = 'no'; backups = 'no' } }
            law_enforcement = @{ Outcome = 'later' }; containment = @{ Outcome = 'contained' }; rotate = @{ Value = @{ open_rows = 0 } }
        }
        $run = Invoke-Runbook security-breach -Incident 1 -Parameter @{ watch = '1s' } -IdempotencyKey breach -Patience 1m -ErrorAction SilentlyContinue
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 80; $turn++) {
            switch ($run.WaitReason) {
                'Answer' {
                    $with = $answers[$run.Step] ?? @{}
                    $null = Complete-RunbookStep -Run $run.Run -Step $run.Step @with
                }
                'Approval' { $null = Approve-RunbookStep -Run $run.Run -SoleOperatorReason 'alone on shift' }
                'InDoubt' { "doubt $($run.Step)"; $null = Resolve-RunbookStep -Run $run.Run -Step $run.Step -Outcome NotDone }
            }
            $run = Resume-RunbookRun $run.Run -Patience 1m -ErrorAction SilentlyContinue
        }
        "run $($run.State) $($run.Step) $($run.WaitReason) $($run.Message)"
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
