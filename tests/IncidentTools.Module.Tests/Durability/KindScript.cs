namespace IncidentTools.Module.Tests.Durability;

/// <summary>Goes through a run of <see cref="KindBooks"/>, whatever was done before, with a person who answers at once and looks at the counters where something is in doubt.</summary>
internal static class KindScript
{
    /// <summary>Writes each wait it meets into <c>tokens</c>. Gives lines: doubts on the way, then what is compared with a run that nobody killed.</summary>
    public const string Text = """
        param([string] $Folder, [string] $Book)
        $ErrorActionPreference = 'Stop'
        function Had($name, $path) {
            $file = "$Folder/effects/$name"
            [IO.File]::Exists($file) -and [IO.File]::ReadAllLines($file) -contains $path
        }
        # a run that fails or waits in doubt is an error, too; it is looked at below
        $run = Invoke-Runbook $Book -Incident 1 -IdempotencyKey kinds -Patience 20s -ErrorAction SilentlyContinue
        if (-not $run) { throw $Error[0] }
        for ($turn = 0; $run.State -in 'Running', 'Waiting' -and $turn -lt 40; $turn++) {
            $stop = $false
            foreach ($step in Get-RunbookStep $run.Run) {
                if (-not $step.Wait -or $step.WaitReason -eq 'Timer') { continue }
                [IO.File]::AppendAllText("$Folder/tokens", "$PID $($step.Path) $($step.WaitReason) $($step.Wait)`n")
                if ($step.Command -like 'Resume-*') { continue } # answered already
                # the runner dies while its person thinks
                $die = "$Folder/die.asked.$($step.Step)"
                if ([IO.File]::Exists($die)) { [IO.File]::Move($die, "$Folder/died"); [Diagnostics.Process]::GetCurrentProcess().Kill(); [Threading.Thread]::Sleep(-1) }
                $to = @{ Run = $run.Run; Step = $step.Path; Wait = $step.Wait }
                switch ($step.WaitReason) {
                    'Answer' { if ($step.Step -eq 'hold') { $stop = $true } else { $null = Complete-RunbookStep @to -Outcome $(if ($step.Step -eq 'region') { 'eu' } else { $step.Choice[0] }) } }
                    'Approval' { $null = Approve-RunbookStep @to -SoleOperatorReason 'alone on shift' }
                    'InDoubt' {
                        $what, $again = if ($step.Choice -contains 'Retry') { "back_$($step.Step)", 'Retry' } else { $step.Step, 'NotDone' }
                        $outcome = if (Had $what $step.Path) { 'Done' } else { $again }
                        "doubt $what $outcome"
                        $null = Resolve-RunbookStep @to -Outcome $outcome
                    }
                }
            }
            $run = if ($stop) { Stop-RunbookRun $run.Run -Reason enough -Rollback -ErrorAction SilentlyContinue } else { Resume-RunbookRun $run.Run -Patience 20s -ErrorAction SilentlyContinue }
        }
        "run $($run.State) $($run.Message.Replace($Folder, ''))"
        # which of two branches comes first is chance, and so is how often something is done beside the main line
        [string[]] $lines = foreach ($step in Get-RunbookStep $run.Run) { if ($step.Visit -gt 0 -and $step.Step -ne 'tick') { "step $($step.Path) $($step.State) $(if ($step.State -eq 'Failed') { $step.Error })" } }
        [Array]::Sort($lines, [StringComparer]::Ordinal)
        $lines
        [string[]] $types = foreach ($entry in Get-IncidentJournal 1) { if ($entry.Type -in 'notification.intended', 'clock.started', 'run.started', 'run.ended') { $entry.Type } }
        "journal $types"
        "valid $(Test-IncidentJournal -Deep -Quiet)"
        """;
}
