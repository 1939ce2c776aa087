# A scheduled task: runs a runbook unattended and ends with the run's exit code.
#
#   pwsh -NoProfile -NonInteractive -File scheduled-runbook.ps1 <runbook> <workspace> [<service>] [<key>]
#
#   0 succeeded                        3 waits for a person or a time
#   1 failed, or could not be started  4 in doubt: nobody knows what became of a step
#   2 succeeded with failures          5 another runner holds it
#
# Name the workspace: one that is only found by searching upward runs nothing until somebody has trusted it.
# A key makes a task that is started twice one run; the date makes it one run a day:
#   … -Command "& ./scheduled-runbook.ps1 nightly /srv/ops shop $([DateTime]::UtcNow.ToString('yyyy-MM-dd'))"
param([string] $Name, [string] $Workspace, [string] $Service, [string] $Key)

$ErrorActionPreference = 'Stop'
$given = @{}
if ($Service) { $given['Service'] = $Service }
if ($Key) { $given['IdempotencyKey'] = $Key }

# Continue: the error of a run that failed or is in doubt is shown after the run, and the run's own exit code counts
$r = Invoke-Runbook $Name -Workspace $Workspace @given -ErrorAction Continue
$r
exit $(if ($r) { $r.ExitCode } else { 1 })
