# One incident from declaration to review, on a store of its own (or the one INCIDENTTOOLS_STORE names).
# Runs in IncidentTools.Shell and in pwsh; needs nothing but the module.
param([string] $Store = $env:INCIDENTTOOLS_STORE)
$ErrorActionPreference = 'Stop'
if (-not $Store) { $Store = [IO.Path]::Combine([IO.Path]::GetTempPath(), "first-incident-$([DateTimeOffset]::UtcNow.ToUnixTimeSeconds()).db") }

# prints each command before it runs it, the way it would be typed
function Step([string] $Why, [scriptblock] $Command) {
    $Host.UI.WriteLine('')
    $Host.UI.WriteLine("# $Why")
    $Host.UI.WriteLine("PS> $("$Command".Trim())")
    & $Command | Out-Host # each step is shown by itself, in its own view
}

Step 'Everything below is written to this store' { Connect-IncidentStore -Store $Store }
Step 'How bad is it? Grading alone writes nothing' { Get-IncidentSeverity -Impact 1 -Urgency 1 }
Step 'Declare it' { $script:incident = Start-Incident -Title 'Shop is down' -Service shop -Impact 1 -Urgency 1; $incident }
Step 'What is owed now, most urgent first?' { Get-IncidentNextStep $incident.Id }
Step 'Take it' { Confirm-Incident $incident.Id -Note 'looking at the proxy first' }
Step 'Somebody decides' { Set-IncidentRole $incident.Id -Role incident-commander -Contact ana }
Step 'Facts go into the journal as they are found' {
    'Proxy answers 502, upstream refuses connections' | Add-IncidentNote -Incident $incident.Id -Kind finding
    'Restart the upstream' | Add-IncidentNote -Incident $incident.Id -Kind decision
    'The connection pool was exhausted after the 02:40 release' | Add-IncidentNote -Incident $incident.Id -Kind cause
}
Step 'Half the users are back: grade it down, with a reason' { Set-Incident $incident.Id -Impact 2 -Reason 'EU is back, US still failing' -Force }
Step 'All users are back' { Resolve-Incident $incident.Id -Summary 'Upstream restarted, pool limit raised' }
Step 'The clocks: met, late and still running' { Get-IncidentClock $incident.Id }
Step 'Close it with the review that its worst level owes' { Close-Incident $incident.Id -Review 'No alert watched the pool. Add one; make the release step check it.' }
Step 'What happened, in order' { Get-IncidentTimeline $incident.Id }
Step 'And nobody changed it since' { Test-IncidentJournal -Deep }
Step 'What next?' { Get-IncidentNextStep }

$Host.UI.WriteLine('')
$Host.UI.WriteLine("Your turn: New-IncidentWorkspace ./ops writes a policy, services and contacts to edit. This store is $Store")
