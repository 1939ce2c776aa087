using System.Net;
using System.Net.Sockets;
using IncidentTools.Engine.Actions;
using IncidentTools.Engine.Foundation;
using static IncidentTools.Engine.Tests.Actions.ActionBench;

namespace IncidentTools.Engine.Tests.Actions;

public sealed class ConfigTestAndReloadTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly ActionBench _bench = new();
    private readonly IAction _action = Action("action.config-test-and-reload");
    private string Config => Path.Combine(_folder.Path, "service.conf");

    public void Dispose() => _folder.Dispose();

    private List<object?> Sh(string script)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs a Unix shell");
        return ["/bin/sh", "-c", script, "sh", Config, _folder.Path];
    }

    private Arguments With(params (string, object?)[] more) => Arguments(_action.Parameters,
        [("test", Sh("grep -q good \"$1\" || { echo \"unexpected end of file in $1:7\" >&2; exit 1; }")), ("reload", Sh("cat \"$1\" > \"$2/loaded\"")), ("name", "little"), .. more]);

    [Fact]
    public async Task A_configuration_that_fails_its_test_is_refused_with_what_the_test_said()
    {
        _folder.Write("service.conf", "bad");
        var with = With();
        Assert.Contains("unexpected end of file", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
        // it may also go bad between the precondition and the effect
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal((ActionOutcome.Failed, "ConfigInvalid"), (result.Outcome, result.Error));
        Assert.False(File.Exists(Path.Combine(_folder.Path, "loaded")));
        Assert.Empty(_bench.Started);
    }

    [Fact]
    public async Task A_test_that_cannot_be_run_or_does_not_end_is_no_permission()
    {
        Assert.NotNull(await _action.PreconditionAsync(With(("test", new List<object?> { "no-such-program-at-all" })), _bench.Context, default));
        Assert.Contains("could not be tested", await _action.PreconditionAsync(With(("test", Sh("sleep 300")), ("timeout", TimeSpan.FromMilliseconds(300))), _bench.Context, default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_good_one_is_reloaded_and_the_previous_one_can_be_put_back()
    {
        _folder.Write("service.conf", "good and new");
        var previous = _folder.Write("previous.conf", "good and old, and longer than the new one");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Config, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
        var with = With(("config", Config), ("previous", previous));
        Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
        var result = await _action.ExecuteAsync(with, _bench.Context, default);
        Assert.Equal(ActionOutcome.Succeeded, result.Outcome);
        Assert.Equal("good and new", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "loaded")));
        var undone = await _action.UndoAsync(with, result.UndoData, _bench.Context, default)!;
        Assert.Equal(ActionOutcome.Succeeded, undone.Outcome);
        Assert.Equal("good and old, and longer than the new one", await File.ReadAllTextAsync(Path.Combine(_folder.Path, "loaded")));
        Assert.Equal("good and new", await File.ReadAllTextAsync(Assert.Single(Directory.GetFiles(_folder.Path, "*.undone-*"))));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead, File.GetUnixFileMode(Config));
    }

    [Fact]
    public async Task Half_an_undo_is_refused_and_without_one_there_is_none()
    {
        _folder.Write("service.conf", "good");
        Assert.Contains("both or neither", await _action.PreconditionAsync(With(("config", Config)), _bench.Context, default), StringComparison.Ordinal);
        Assert.Contains("no file", await _action.PreconditionAsync(With(("config", Config), ("previous", Config + ".gone")), _bench.Context, default), StringComparison.Ordinal);
        Assert.False(_action.CanUndo(With()));
        Assert.Null(_action.UndoAsync(With(), new Dictionary<string, object?>(), _bench.Context, default));
    }

    [Fact]
    public async Task A_real_nginx_takes_a_good_configuration_and_is_spared_a_bad_one()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && _bench.Programs.Find("nginx") is not null, "needs nginx");
        int port;
        using (var free = new TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            port = ((IPEndPoint)free.LocalEndpoint).Port;
        }
        string Text(string body) => $$"""
            pid {{_folder.Path}}/nginx.pid; error_log {{_folder.Path}}/error.log; events { } daemon on;
            http { access_log off; client_body_temp_path {{_folder.Path}}/t; proxy_temp_path {{_folder.Path}}/t; fastcgi_temp_path {{_folder.Path}}/t; uwsgi_temp_path {{_folder.Path}}/t; scgi_temp_path {{_folder.Path}}/t;
              server { listen 127.0.0.1:{{port}}; location / { return 200 "{{body}}"; } } }
            """;
        _folder.Write("service.conf", Text("one"));
        List<object?> Nginx(params string[] arguments) => ["nginx", "-e", Path.Combine(_folder.Path, "error.log"), "-c", Config, .. arguments];
        var with = Arguments(_action.Parameters, ("test", Nginx("-t")), ("reload", Nginx("-s", "reload")), ("pidFile", Path.Combine(_folder.Path, "nginx.pid")), ("name", "nginx"));
        var start = await Execution.Programs.RunAsync(new("nginx", [.. Nginx().Skip(1).Cast<string>()]));
        Assert.Equal(0, start.ExitCode);
        try
        {
            using var client = new HttpClient();
            async Task<bool> SaysAsync(string body)
            {
                for (var tries = 0; tries < 100; tries++)
                {
                    if (await client.GetStringAsync($"http://127.0.0.1:{port}/") == body) return true;
                    await Task.Delay(50);
                }
                return false;
            }

            Assert.True(await SaysAsync("one"));
            _folder.Write("service.conf", Text("two"));
            Assert.Null(await _action.PreconditionAsync(with, _bench.Context, default));
            Assert.Equal(ActionOutcome.Succeeded, (await _action.ExecuteAsync(with, _bench.Context, default)).Outcome);
            Assert.True(await SaysAsync("two"));
            _folder.Write("service.conf", Text("three") + "}");
            Assert.Contains("unexpected \"}\"", await _action.PreconditionAsync(with, _bench.Context, default), StringComparison.Ordinal);
            Assert.True(await SaysAsync("two"));
        }
        finally
        {
            _folder.Write("service.conf", Text("end"));
            await Execution.Programs.RunAsync(new("nginx", [.. Nginx("-s", "stop").Skip(1).Cast<string>()]));
            await Execution.Programs.GoneAsync(int.Parse(await ReadPidAsync(), System.Globalization.CultureInfo.InvariantCulture));
        }

        async Task<string> ReadPidAsync()
        {
            try { return (await File.ReadAllTextAsync(Path.Combine(_folder.Path, "nginx.pid"))).Trim(); }
            catch (FileNotFoundException) { return "99999999"; } // gone already, and its pid file with it
        }
    }
}
