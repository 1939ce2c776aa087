# A real outage from declaration to review: starts a small web shop, kills it, and handles that with the shipped runbook.
# Writes to the store that INCIDENTTOOLS_STORE names, else to one of its own; the shop and its workspace live in a temporary folder.
# Runs in IncidentTools.Shell and in pwsh; needs nothing but the module.
param([string] $Store = $env:INCIDENTTOOLS_STORE)
$ErrorActionPreference = 'Stop'
$folder = [IO.Directory]::CreateTempSubdirectory('first-incident-').FullName
if (-not $Store) { $Store = [IO.Path]::Combine($folder, 'incidents.db') }
$shop = [IO.Path]::Combine($PSScriptRoot, 'shop', 'shop.ps1')

# prints each command before it runs it, the way it would be typed
function Step([string] $Why, [scriptblock] $Command) {
    $Host.UI.WriteLine('')
    $Host.UI.WriteLine("# $Why")
    $Host.UI.WriteLine("PS> $("$Command".Trim())")
    & $Command | Out-Host # each step is shown by itself, in its own view
}

# a port that is free now
function Find-Port {
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, 0)
    $listener.Start()
    $listener.LocalEndpoint.Port
    $listener.Stop()
}

# the shop's own control program, as the service catalogue names it: this host, the script, the operation
function Control([string] $Operation) {
    $words = @([Environment]::ProcessPath)
    if ([Environment]::ProcessPath -match 'dotnet(\.exe)?$') { $words += [Environment]::GetCommandLineArgs()[0] }
    $words += '-File', $shop, $Operation, $folder, "$port"
    '[' + (($words | ForEach-Object { "'" + ($_ -replace "'", "''") + "'" }) -join ', ') + ']'
}

function Write-Workspace {
    $null = New-IncidentWorkspace -Path $folder
    [IO.File]::WriteAllText([IO.Path]::Combine($folder, 'services.yaml'), @"
schema: incidenttools/services/v1
services:
  shop:
    name: Web shop
    critical: true
    owner: platform
    url: http://127.0.0.1:$port/
    healthUrl: http://127.0.0.1:$port/health
    pidFile: '$folder/shop.pid'
    logs: ['$folder/shop.log']
    paths: ['$folder']
    control:
      start: $(Control start)
      stop: $(Control stop)
      restart: $(Control restart)
      status: $(Control status)
    runbooks: [service-outage]
"@)
    [IO.File]::WriteAllText([IO.Path]::Combine($folder, 'contacts.yaml'), @"
schema: incidenttools/contacts/v1
people:
  you: { name: You, logins: ['$([Environment]::UserName)'], roles: [incident-commander], methods: [{ type: chat, address: '#ops', channel: log }] }
teams:
  platform: { name: Platform, members: [you] }
escalationPolicies:
  default: { name: Default, rules: [{ targets: ['team:platform'], timeout: 5m }] }
"@)
    # one channel: a file that another program could pick up
    $policy = [IO.Path]::Combine($folder, 'policy.yaml')
    $text = [IO.File]::ReadAllText($policy).Replace('channels: {}', 'channels: { log: { uses: file, with: { path: messages.jsonl } } }')
    foreach ($audience in 'internal', 'stakeholders', 'customers') { $text = $text.Replace("$($audience): []", "$($audience): [log]") }
    [IO.File]::WriteAllText($policy, $text)
}

$port = Find-Port
Write-Workspace
$env:INCIDENTTOOLS_WORKSPACE = $folder
$Host.UI.WriteLine("The shop lives in $folder and sells at http://127.0.0.1:$port/")
& $shop start $folder $port
try {
    Step 'Everything below is written to this store' { Connect-IncidentStore -Store $Store }
    Step 'The shop is open' { [Net.Http.HttpClient]::new().GetStringAsync("http://127.0.0.1:$port/").GetAwaiter().GetResult() }
    Step 'And now it is not: its process is killed' { [Diagnostics.Process]::GetProcessById([int][IO.File]::ReadAllText("$folder/shop.pid")).Kill() }

    Step 'Declare it. Whoever is on call is paged' { $script:incident = Start-Incident -Title 'Shop is down' -Service shop -Impact 1 -Urgency 1; $incident }
    Step 'What is owed now, most urgent first?' { Get-IncidentNextStep $incident.Id }
    Step 'Take it, and somebody decides' { Confirm-Incident $incident.Id; Set-IncidentRole $incident.Id -Role incident-commander -Contact you }
    Step 'What would the runbook do? A plan starts nothing' { Get-RunbookPlan -Incident $incident.Id }
    Step 'Run it: it looks at every layer and stops where a person is needed' { $script:run = Invoke-Runbook -Incident $incident.Id; $run }
    Step 'What did it find?' { Get-RunbookStep -Run $run.Run | Where-Object State -ne 'Pending' }
    Step 'It asks what only people know' { Complete-RunbookStep -Run $run.Run -Step findings -Value @{ intruder = 'no'; changed = 'no'; affected = 'everybody, since a minute' } }
    Step 'On it goes: evidence is kept, and the restart waits for its approval' { Resume-RunbookRun $run.Run }
    Step 'Exactly this would be done' { (Get-RunbookStep -Run $run.Run -State Waiting).Prompt }
    Step 'The commander approves' { Approve-RunbookStep -Run $run.Run -Step restart }
    Step 'It restarts the shop, looks whether it answers and stays well, and tells people' { Resume-RunbookRun $run.Run -Patience 2m }
    Step 'The shop is open again' { [Net.Http.HttpClient]::new().GetStringAsync("http://127.0.0.1:$port/").GetAwaiter().GetResult() }
    Step 'The last step is for a person, too' { Complete-RunbookStep -Run $run.Run -Step recover -Note 'nothing temporary' }
    Step 'And the run ends' { Resume-RunbookRun $run.Run }
    Step 'Tell the customers' { Send-IncidentUpdate $incident.Id -Audience customers -Subject 'The shop is open again' -Body 'We were down for a few minutes. No order was lost.' -ApprovedBy you }

    Step 'Resolve it' { Resolve-Incident $incident.Id -Summary 'The process was killed; restarted by the runbook' }
    Step 'The clocks: met, late and still running' { Get-IncidentClock $incident.Id }
    Step 'Close it with the review that its worst level owes' { Close-Incident $incident.Id -Review 'Nothing restarts the shop by itself. Put it under a service manager.' }
    Step 'What happened, in order' { Get-IncidentTimeline $incident.Id }
    Step 'As a document' { Export-IncidentReport $incident.Id -Path "$folder/report.md" }
    Step 'And nobody changed it since' { Test-IncidentJournal -Deep }
}
finally { & $shop stop $folder $port }

$Host.UI.WriteLine('')
$Host.UI.WriteLine("Your turn: New-IncidentWorkspace ./ops writes a policy, services and contacts to edit; Get-Runbook shows what ships.")
$Host.UI.WriteLine("The report of this incident is $folder/report.md, its store $Store")
