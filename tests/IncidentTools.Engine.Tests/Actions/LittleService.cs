using System.Globalization;
using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Tests.Execution;

namespace IncidentTools.Engine.Tests.Actions;

/// <summary>A real little service: a script with start, stop, restart, reload and status, a daemon and a pid file. Hooks make it hang or fail where asked.</summary>
internal sealed class LittleService : IDisposable
{
    private const string Script = """
        d="$1"; pid="$d/pid"
        alive() { [ -f "$pid" ] && [ -n "$(ps -o stat= -p "$(cat "$pid")" | grep -v '^Z')" ]; }
        hang() { if [ -f "$d/hang-$1" ]; then echo $$ > "$d/hanging"; sleep 300; fi; }
        start() { [ -f "$d/broken" ] && { echo "cannot bind to port 80" >&2; exit 1; }; alive && return
          (setsid sleep 300 >/dev/null 2>&1 </dev/null & echo $! > "$pid")
          [ -f "$d/dies" ] && (setsid sh -c "sleep 0.4; kill -9 $(cat "$pid")" >/dev/null 2>&1 </dev/null &); return 0; }
        stop() { alive && kill "$(cat "$pid")"; while alive; do sleep 0.02; done; rm -f "$pid"; }
        case "$2" in
          start) start ;;
          stop) stop ;;
          restart) hang before; stop; hang between; start; hang after ;;
          reload) alive || exit 7; echo reloaded >> "$d/reloads" ;;
          status) [ -f "$d/blind" ] && exit 4; alive || exit 3 ;;
          *) exit 64 ;;
        esac
        """;

    private readonly TempFolder _folder = new();

    public LittleService()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists("/usr/bin/setsid") && File.Exists("/bin/ps"), "needs a shell, setsid and ps on Linux");
        _folder.Write("service.sh", Script.Replace("\r", "", StringComparison.Ordinal));
    }

    public string Folder => _folder.Path;
    public string PidFile => Path.Combine(Folder, "pid");
    public bool Runs => File.Exists(PidFile) && Programs.Lives(Pid);
    public int Pid => int.Parse(File.ReadAllText(PidFile), CultureInfo.InvariantCulture);

    public List<object?> Command(string operation) => ["/bin/sh", Path.Combine(Folder, "service.sh"), Folder, operation];
    public void Set(string hook) => _folder.Write(hook, "");
    public void Unset(string hook) => File.Delete(Path.Combine(Folder, hook));
    public Task<int> HangsAsync() => Programs.PidAsync(Path.Combine(Folder, "hanging"));

    public Arguments With(string operation, params (string Key, object? Value)[] more) => ActionBench.Arguments(ActionBench.Action("action.service-control").Parameters,
        [("operation", operation), ("name", "little"), ("command", Command(operation)), ("status", Command("status")), ("pidFile", PidFile), ("waitFor", TimeSpan.FromSeconds(5)), .. more]);

    public void Dispose()
    {
        if (Runs) Programs.End(Pid);
        _folder.Dispose();
    }
}
