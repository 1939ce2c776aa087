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
    $host_dll = [Environment]::GetCommandLineArgs()[0]
    if ([Environment]::ProcessPath -match 'dotnet(\.exe)?$') { $start.ArgumentList.Add($host_dll) }
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

function Serve {
    [IO.File]::WriteAllText($pidFile, "$PID")
    $listener = [Net.HttpListener]::new()
    $listener.Prefixes.Add("http://127.0.0.1:$Port/")
    $listener.Start()
    Log "open on port $Port, process $PID"
    while ($true) {
        $context = $listener.GetContext()
        $text = if ($context.Request.Url.AbsolutePath -eq '/health') { '{"status":"ok"}' } else { '<h1>The shop is open</h1>' }
        $bytes = [Text.Encoding]::UTF8.GetBytes($text)
        $context.Response.ContentLength64 = $bytes.Length
        $context.Response.OutputStream.Write($bytes, 0, $bytes.Length)
        $context.Response.Close()
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
