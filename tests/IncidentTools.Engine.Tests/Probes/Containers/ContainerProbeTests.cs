using System.Text;
using IncidentTools.Engine.Probes;
using Microsoft.Extensions.Time.Testing;

namespace IncidentTools.Engine.Tests.Probes.Containers;

/// <summary>Programs of the test's own answer in the shape of docker, podman and kubectl.</summary>
public sealed class ContainerProbeTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 11, 1, 9, 0, 0, TimeSpan.Zero);
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private Task<ProbeResult> Check(string program, string answer, string more, int exit = 0, string error = "")
    {
        Script.Require();
        _folder.Write("answer.json", answer);
        Script.Write(_folder, program, $"echo \"$@\" >> '{_folder.Path}/asked'\n[ \"$1\" = ps ] && {{ echo aaa; echo bbb; exit 0; }}\ncat '{_folder.Path}/answer.json'\nprintf '%s' '{error}' >&2\nexit {exit}\n");
        return ProbeRun.Check("probe.container", more, new FakeTimeProvider(Now), new RealProcesses(_folder.Path));
    }

    private static string Container(string name, string status = "running", string more = "", long restarts = 0, int exit = 0, bool killed = false, string ended = "0001-01-01T00:00:00Z") =>
        $$$"""{"Name":"/{{{name}}}","RestartCount":{{{restarts}}},"Config":{"Image":"shop:1.4"},"State":{"Status":"{{{status}}}","ExitCode":{{{exit}}},"OOMKilled":{{{(killed ? "true" : "false")}}},"Error":"","FinishedAt":"{{{ended}}}"{{{more}}}}}""";

    [Theory]
    [InlineData("docker")]
    [InlineData("podman")]
    public async Task Containers_that_all_run_are_well(string program)
    {
        var result = await Check(program, $"[{Container("web")},{Container("worker", more: ",\"Health\":{\"Status\":\"healthy\"}")}]", $"manager: {program}\nnames: [web, worker]");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((program, 2L, 2L, 0L, 0L), (result.Get("manager"), result.Get("desired"), result.Get("ready"), result.Get("restarts"), result.Get("outOfMemory")));
        Assert.Equal("inspect --type container -- web worker", File.ReadAllText(Path.Combine(_folder.Path, "asked")).Trim());
    }

    [Theory]
    [InlineData("exited", "", 1, false, "0001-01-01T00:00:00Z", "NotReady", "exit code 1")]
    [InlineData("exited", "", 137, true, "2026-11-01T08:50:00Z", "NotReady", "want of memory")]
    [InlineData("running", ",\"Health\":{\"Status\":\"unhealthy\"}", 0, false, "0001-01-01T00:00:00Z", "NotReady", "unhealthy")]
    [InlineData("running", ",\"Health\":{\"Status\":\"starting\"}", 0, false, "0001-01-01T00:00:00Z", "NotReady", "starting")]
    [InlineData("restarting", "", 139, false, "2026-11-01T08:50:00Z", "NotReady", "restarting")]
    [InlineData("running", "", 0, true, "2026-11-01T08:50:00Z", "OutOfMemory", "want of memory at 2026-11-01")]
    public async Task What_does_not_run_fails_with_its_reason(string status, string more, int exit, bool killed, string ended, string error, string words)
    {
        var result = await Check("docker", $"[{Container("web", status, more, exit: exit, killed: killed, ended: ended)},{Container("worker")}]", "names: [web, worker]");
        result.Is(ProbeStatus.Fail, error);
        Assert.Contains(words, result.Message, StringComparison.Ordinal);
        Assert.Equal(exit == 0 ? null : (object?)(long)exit, result.Get("lastExitCode"));
    }

    [Fact]
    public async Task A_kill_of_long_ago_and_few_restarts_are_history()
    {
        var answer = $"[{Container("web", killed: true, ended: "2026-10-01T08:50:00Z", restarts: 3)}]";
        (await Check("docker", answer, "names: web")).Is(ProbeStatus.Pass, null);
        (await Check("docker", answer, "names: web\nmaxRestarts: 2")).Is(ProbeStatus.Warn, "TooManyRestarts");
        (await Check("docker", answer, "names: web\nmemoryWindow: 90d")).Is(ProbeStatus.Fail, "OutOfMemory");
    }

    [Fact]
    public async Task A_label_names_them_too_and_fewer_may_be_enough()
    {
        var result = await Check("docker", $"[{Container("a")},{Container("b", "exited")}]", "selector: app=shop\nminReady: 1");
        result.Is(ProbeStatus.Warn, "NotReady");
        Assert.Equal(["ps --all --quiet --no-trunc --filter label=app=shop", "inspect --type container -- aaa bbb"], File.ReadAllLines(Path.Combine(_folder.Path, "asked")));
    }

    [Theory]
    [InlineData(1, "Error: No such container: web", "NotFound")]
    [InlineData(1, "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?", "ManagerMissing")]
    [InlineData(125, "something else", "ExitCode")]
    [InlineData(0, "", "InvalidResponse")]
    public async Task A_manager_that_cannot_say_is_an_error(int exit, string said, string error) => (await Check("docker", exit == 0 ? "{}" : "", "names: web", exit, said)).Is(ProbeStatus.Error, error);

    private static string List(params string[] items) => $$"""{"apiVersion":"v1","kind":"List","items":[{{string.Join(',', items)}}]}""";
    private static string Deployment(string name, int replicas, int ready) => $$$"""{"kind":"Deployment","metadata":{"name":"{{{name}}}"},"spec":{"replicas":{{{replicas}}}},"status":{"replicas":{{{replicas}}}{{{(ready > 0 ? $",\"readyReplicas\":{ready}" : "")}}}}}""";

    private static string Pod(string name, string owner, string containers, string phase = "Running", string more = "") =>
        $$$"""{"kind":"Pod","metadata":{"name":"{{{name}}}","ownerReferences":[{"kind":"ReplicaSet","name":"{{{owner}}}"}]},"status":{"phase":"{{{phase}}}"{{{(containers.Length > 0 ? $",\"containerStatuses\":[{containers}]" : "")}}}{{{more}}}}}""";

    private const string Runs = """{"name":"app","ready":true,"restartCount":0,"image":"shop:1.4","state":{"running":{"startedAt":"2026-11-01T08:00:00Z"}},"lastState":{}}""";
    private const string Loops = """{"name":"app","ready":false,"restartCount":9,"image":"shop:1.5","state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 5m0s restarting"}},"lastState":{"terminated":{"exitCode":1,"reason":"Error","finishedAt":"2026-11-01T08:58:00Z"}}}""";
    private const string Starved = """{"name":"app","ready":true,"restartCount":2,"image":"shop:1.4","state":{"running":{}},"lastState":{"terminated":{"exitCode":137,"reason":"OOMKilled","finishedAt":"2026-11-01T08:45:00Z"}}}""";

    private Task<ProbeResult> Kube(string more, params string[] items) => Check("kubectl", List(items), "namespace: prod\n" + more);

    [Fact]
    public async Task Workloads_of_a_namespace_are_counted()
    {
        var result = await Kube("", Deployment("shop", 2, 2), Pod("shop-7d9f-a", "shop-7d9f", Runs), Pod("shop-7d9f-b", "shop-7d9f", Runs),
            """{"kind":"DaemonSet","metadata":{"name":"agent"},"spec":{},"status":{"desiredNumberScheduled":3,"numberReady":3}}""", """{"kind":"StatefulSet","metadata":{"name":"db"},"spec":{},"status":{"readyReplicas":1}}""");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal((6L, 6L), (result.Get("desired"), result.Get("ready")));
        Assert.Equal("get deployments,statefulsets,daemonsets,pods --output=json --request-timeout=15s --namespace=prod", File.ReadAllText(Path.Combine(_folder.Path, "asked")).Trim());
    }

    [Fact]
    public async Task Why_pods_wait_is_said()
    {
        var unplaced = Pod("shop-7d9f-c", "shop-7d9f", "", "Pending", ",\"conditions\":[{\"type\":\"PodScheduled\",\"status\":\"False\",\"reason\":\"Unschedulable\"}]");
        var result = await Kube("", Deployment("shop", 3, 1), Pod("shop-7d9f-a", "shop-7d9f", Runs), Pod("shop-7d9f-b", "shop-7d9f", Loops), unplaced);
        result.Is(ProbeStatus.Fail, "NotReady");
        Assert.Equal(["CrashLoopBackOff", "Unschedulable"], result.Get<IReadOnlyList<object?>>("waiting"));
        Assert.Contains("shop-7d9f-b/app CrashLoopBackOff (exit code 1)", result.Message, StringComparison.Ordinal);
        Assert.Equal(1L, result.Get("lastExitCode"));
    }

    [Fact]
    public async Task Memory_that_ran_out_is_seen_though_all_is_ready_again()
    {
        var result = await Kube("", Deployment("shop", 1, 1), Pod("shop-7d9f-a", "shop-7d9f", Starved));
        result.Is(ProbeStatus.Fail, "OutOfMemory");
        Assert.Equal((1L, 137L), (result.Get("outOfMemory"), result.Get("lastExitCode")));
    }

    [Fact]
    public async Task Only_what_is_named_counts_and_must_be_there()
    {
        string[] items = [Deployment("shop", 1, 1), Pod("shop-7d9f-a", "shop-7d9f", Runs), Deployment("other", 1, 0), Pod("other-5c-a", "other-5c", Loops)];
        (await Kube("names: shop", items)).Is(ProbeStatus.Pass, null);
        (await Kube("names: [shop, shopp]", items)).Is(ProbeStatus.Error, "NotFound");
        (await Kube("names: nothing", items)).Is(ProbeStatus.Error, "NotFound");
        (await Kube("")).Is(ProbeStatus.Error, "NotFound");
        (await Kube("", Deployment("shop", 0, 0))).Is(ProbeStatus.Warn, "NotReady");
    }

    [Theory]
    [InlineData("Error from server (Forbidden): deployments.apps is forbidden", "PermissionDenied")]
    [InlineData("The connection to the server localhost:8080 was refused - did you specify the right host or port?", "ManagerMissing")]
    [InlineData("error: context \"x\" does not exist", "ExitCode")]
    public async Task A_cluster_that_does_not_answer_is_an_error(string said, string error) => (await Check("kubectl", "", "namespace: prod", 1, said.Replace("'", "", StringComparison.Ordinal))).Is(ProbeStatus.Error, error);

    [Fact]
    public async Task A_real_client_without_a_daemon_could_not_check()
    {
        var processes = new RealProcesses();
        Assert.SkipUnless(processes.Find("docker") is not null, "there is no docker client here");
        var result = await ProbeRun.Check("probe.container", "manager: docker\nnames: no-such-container-of-this-test", processes: processes);
        Assert.Equal(ProbeStatus.Error, result.Status);
        Assert.Contains(result.Error, (string[])["ManagerMissing", "NotFound"]);
    }
}
