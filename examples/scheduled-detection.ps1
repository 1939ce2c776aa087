# A scheduled task: one tick of detection, every minute, on one machine or several that share a store.
#
#   pwsh -NoProfile -NonInteractive -File scheduled-detection.ps1 <workspace> [<store>]
#
#   0 all good                         2 something could not be checked, and nothing fails
#   1 something fails, or the tick itself failed
#
# cron      * * * * *  ops  pwsh -NoProfile -NonInteractive -File /srv/ops/scheduled-detection.ps1 /srv/ops /var/lib/incidents/incidents.db
# Windows   schtasks /Create /SC MINUTE /TN IncidentDetection /TR "pwsh -NoProfile -NonInteractive -File C:\ops\scheduled-detection.ps1 C:\ops"
#
# Name the workspace: one that is only found by searching upward starts nothing until somebody has trusted it.
# Ticks may overlap and may be killed: the next one finds what was done, and opens nothing twice.
param([string] $Workspace, [string] $Store)

$ErrorActionPreference = 'Stop'
$given = @{}
if ($Store) { $given['Store'] = $Store }

# Continue: a warning about a page that did not get through is shown, and the tick's own exit code counts
$r = Invoke-IncidentDetection -Workspace $Workspace @given -ErrorAction Continue
$r
# what was done in this tick, and what is not good, for the task's log
if ($r) { $r.Change; $r.Problem }
exit $(if ($r) { $r.ExitCode } else { 1 })
