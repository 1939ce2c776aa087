# A small web service to break and to repair. Runs in IncidentTools.Shell and in pwsh.
#   shop.ps1 start|stop|restart|status|run <folder> <port>
# The folder holds its process id (shop.pid) and its log (shop.log); GET / sells, GET /health says whether it is well.
param([string] $Operation = 'status', [string] $Folder, [int] $Port)
$ErrorActionPreference = 'Stop'
$pidFile = [IO.Path]::Combine($Folder, 'shop.pid')
$logFile = [IO.Path]::Combine($Folder, 'shop.log')

function Log([string] $Text) { [IO.File]::AppendAllText($logFile, "$([DateTimeOffset]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')) $Text`n") }

# the running process, or nothing
function Running {
    if (-not [IO.File]::Exists($pidFile)) { return }
    try { $process = [Diagnostics.Process]::GetProcessById([int][IO.File]::ReadAllText($pidFile)) } catch { return }
    if (-not $process.HasExited) { $process }
}

function Start-Shop {
    if (Running) { return }
    $start = [Diagnostics.ProcessStartInfo]::new([Environment]::ProcessPath)
    if ([Environment]::ProcessPath -match 'dotnet(\.exe)?$') { $start.ArgumentList.Add([Environment]::GetCommandLineArgs()[0]) }
    foreach ($argument in '-File', $PSCommandPath, 'run', $Folder, "$Port") { $start.ArgumentList.Add($argument) }
    $start.RedirectStandardInput = $start.RedirectStandardOutput = $start.RedirectStandardError = $true
    $null = [Diagnostics.Process]::Start($start)
    for ($tries = 0; $tries -lt 600; $tries++) {
        [Threading.Thread]::Sleep(100)
        if ((Running) -and (Answers)) { return }
    }
    throw "the shop did not answer on port $Port within a minute"
}

function Answers {
    $client = [Net.Sockets.TcpClient]::new()
    try { $client.Connect('127.0.0.1', $Port); $true } catch { $false } finally { $client.Dispose() }
}

function Stop-Shop {
    $process = Running
    if ($process) { Log 'asked to stop'; $process.Kill(); $process.WaitForExit() }
    [IO.File]::Delete($pidFile)
}

# one request a connection, as little of HTTP as a browser and a health check need
function Serve {
    [IO.File]::WriteAllText($pidFile, "$PID")
    $listener = [Net.Sockets.TcpListener]::new([Net.IPAddress]::Loopback, $Port)
    $listener.Start()
    Log "open on port $Port, process $PID"
    while ($true) {
        $client = $listener.AcceptTcpClient()
        try {
            $client.ReceiveTimeout = 2000
            $stream = $client.GetStream()
            $reader = [IO.StreamReader]::new($stream, [Text.Encoding]::ASCII)
            $request = $reader.ReadLine()
            while ($request -and $reader.ReadLine()) { } # the headers
            $text = if ($request -match '^\S+ /health') { '{"status":"ok"}' } else { '<h1>The shop is open</h1>' }
            $answer = [Text.Encoding]::ASCII.GetBytes("HTTP/1.1 200 OK`r`nContent-Type: text/html`r`nContent-Length: $($text.Length)`r`nConnection: close`r`n`r`n$text")
            $stream.Write($answer, 0, $answer.Length)
        }
        catch { } # somebody who only knocked
        finally { $client.Dispose() }
    }
}

switch ($Operation) {
    'start' { Start-Shop }
    'stop' { Stop-Shop }
    'restart' { Stop-Shop; Start-Shop }
    'status' { if (Running) { 'running' } else { 'stopped'; exit 3 } }
    'run' { Serve }
    default { throw "shop.ps1 knows start, stop, restart, status and run; not '$Operation'" }
}
