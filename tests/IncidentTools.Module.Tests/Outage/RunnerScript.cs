namespace IncidentTools.Module.Tests.Outage;

/// <summary>A runner that goes through the whole outage in a process of its own, whatever was done before; what is for people it answers at once.</summary>
internal static class RunnerScript
{
    /// <summary>Gives what it finds as lines: doubts on the way, then run, steps, cause, valid.</summary>
    public const string Text = """
        param([string] $Folder)
        $ErrorActionPreference = 'Stop'
        # a run that waits in doubt is an error, too; it is looked at below
        $run = Invoke-Runbook -Incident 1 -Parameter @{ settle = '1s' } -IdempotencyKey outage -Patience 1m -ErrorAction SilentlyContinue
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 30; $turn++) {
            switch ($run.WaitReason) {
                'Answer' {
                    if ($run.Step -eq 'findings') { $null = Complete-RunbookStep -Run $run.Run -Step findings -Value @{ intruder = 'no'; changed = 'no' } }
                    elseif ($run.Step -eq 'recover') { $null = Complete-RunbookStep -Run $run.Run -Step recover -Note 'nothing temporary' }
                    else { throw "nobody knows what to say to $($run.Step): $($run.Message)" }
                }
                'Approval' { $null = Approve-RunbookStep -Run $run.Run -Step $run.Step }
                'InDoubt' {
                    # the load balancer has no way to be asked by the runbook: a person looks
                    $told = [IO.Path]::Combine($Folder, 'balancer')
                    $last = if ([IO.File]::Exists($told)) { [IO.File]::ReadAllLines($told)[-1] } else { '' }
                    $outcome = if ($last -eq $run.Step) { 'Done' } else { 'NotDone' }
                    "doubt $($run.Step) $outcome"
                    $null = Resolve-RunbookStep -Run $run.Run -Step $run.Step -Outcome $outcome
                }
            }
            $run = Resume-RunbookRun $run.Run -Patience 1m -ErrorAction SilentlyContinue
        }
        "run $($run.State) $($run.Step) $($run.WaitReason) $($run.Message)"
        foreach ($step in Get-RunbookStep $run.Run) { if ($step.Visit -gt 0) { "step $($step.Step)#$($step.Visit) $($step.State) $(if ($step.State -eq 'Failed') { $step.Error })" } } # slow is a warning, and no difference
        "cause $((Get-RunbookStep $run.Run -Step cause).Value.cause)"
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
