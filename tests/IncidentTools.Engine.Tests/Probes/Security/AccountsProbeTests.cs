using IncidentTools.Engine.Probes;
using IncidentTools.Engine.Probes.Security;

namespace IncidentTools.Engine.Tests.Probes.Security;

public sealed class AccountsProbeTests : IDisposable
{
    private readonly ScratchTree _tree = new();

    public void Dispose() => _tree.Dispose();

    private string Record() => _tree.Write("baseline.json", Baseline.Write("accounts", LinuxAccounts.Read(_tree.Path).Items, TimeProvider.System.GetUtcNow()));
    private Task<ProbeResult> Check(string more = "") => ProbeRun.Check("probe.accounts", $"root: '{_tree.Path}'\n{more}");
    private static IEnumerable<string> List(ProbeResult result, string key) => ((IEnumerable<object?>)result.Get(key)!).Cast<string>();

    [Fact]
    public async Task A_machine_as_in_its_baseline_passes()
    {
        var result = await Check($"baseline: '{Record()}'");
        result.Is(ProbeStatus.Pass, null);
        Assert.Equal(["ana", "root"], List(result, "administrators"));
    }

    [Fact]
    public async Task Without_a_baseline_nothing_is_called_good() => (await Check()).Is(ProbeStatus.Warn, "NoBaseline");

    [Fact]
    public async Task A_new_account_key_administrator_and_rule_are_found_and_told_apart()
    {
        var baseline = Record();
        _tree.Append("etc/passwd", "support:x:1001:1001::/home/support:/bin/bash\n");
        _tree.Append("etc/shadow", "support:$y$j9T$def:19000::::::\n");
        _tree.Write("etc/group", "root:x:0:\nsudo:x:27:ana,support\nana:x:1000:\nwww:x:33:\n");
        _tree.Append("home/ana/.ssh/authorized_keys", "from=\"*\" ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAEQMEBQYHCAkKCwwNDg8QERIT evil@nowhere\n");
        _tree.Write("etc/sudoers.d/backdoor", "www ALL=(ALL) NOPASSWD: ALL\n");
        var result = await Check($"baseline: '{baseline}'");
        result.Is(ProbeStatus.Fail, "NewAdministrator");
        Assert.Equal(["support", "www"], List(result, "newAdministrators").Order());
        Assert.Equal(["support"], List(result, "newAccounts"));
        Assert.StartsWith("ana/SHA256:", Assert.Single(List(result, "newKeys")), StringComparison.Ordinal);
        Assert.Contains("group/sudo", List(result, "changed"));
        // a line that is no key to us may be one to the server
        _tree.Append("home/ana/.ssh/authorized_keys", "@odd-type AAAA= x\n");
        Assert.Contains(List(await Check($"baseline: '{baseline}'"), "newKeys"), key => key.StartsWith("ana/line ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_second_root_and_an_empty_password_are_found_without_any_baseline()
    {
        _tree.Append("etc/passwd", "toor:x:0:0::/root:/bin/bash\nguest::1002:1002::/home/guest:/bin/sh\n");
        var result = await Check();
        result.Is(ProbeStatus.Fail, "NewAdministrator");
        Assert.Contains("root under another name", result.Message, StringComparison.Ordinal);
        Assert.Equal(["guest"], List(result, "noPassword"));
        (await Check("allow: [toor, guest]")).Is(ProbeStatus.Warn, "NoBaseline");
    }

    [Fact]
    public async Task What_is_gone_or_changed_is_told()
    {
        var baseline = Record();
        _tree.Write("etc/shadow", "root:$y$j9T$new:19000:0:99999:7:::\nana:!$y$j9T$abc:19000:0:99999:7:::\n");
        _tree.Write("home/ana/.ssh/authorized_keys", "# none\n");
        var result = await Check($"baseline: '{baseline}'");
        result.Is(ProbeStatus.Fail, "BaselineDiffers");
        Assert.Equal(["user/ana", "user/root"], List(result, "changed"));
        Assert.StartsWith("key/ana/", Assert.Single(List(result, "removed")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_may_not_be_read_is_no_good_news()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows() || Environment.UserName == "root", "root may read everything");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(Path.Combine(_tree.Path, "etc/shadow"), UnixFileMode.None);
        (await Check($"baseline: '{Record()}'")).Is(ProbeStatus.Error, "PermissionDenied");
    }

    [Theory, InlineData("{ not json", "Unreadable"), InlineData("{\"schema\":\"x\"}", "InvalidArgument"), InlineData("{\"schema\":\"incidenttools/baseline/v1\",\"kind\":\"persistence\",\"items\":{}}", "InvalidArgument")]
    public async Task A_baseline_that_is_none_is_an_error(string text, string error) => (await Check($"baseline: '{_tree.Write("b.json", text)}'")).Is(ProbeStatus.Error, error);

    [Fact]
    public void A_key_has_the_fingerprint_that_ssh_keygen_shows()
    {
        Assert.Equal(("", "ana@desk"), LinuxAccounts.Fingerprint(ScratchTree.Key) is { } key ? (key.Options, key.Comment) : default);
        Assert.Null(LinuxAccounts.Fingerprint("# ssh-ed25519 AAAA"));
        Assert.Equal("command=\"x y\"", LinuxAccounts.Fingerprint("command=\"x y\" " + ScratchTree.Key)!.Value.Options);
    }

    [Fact]
    public void Windows_accounts_are_read_from_what_powershell_says()
    {
        var inventory = WindowsAccounts.Read("""{"users":[{"name":"Administrator","sid":"S-1-5-21-1-2-3-500","enabled":false,"passwordRequired":true},{"name":"guest2","sid":"S-1-5-21-1-2-3-1001","enabled":true,"passwordRequired":false}],"administrators":["WEB1\\Administrator","CORP\\Domain Admins"]}""");
        Assert.Equal([PasswordState.Locked, PasswordState.None], inventory.Accounts.Select(account => account.Password));
        Assert.Equal(["Administrator", "Domain Admins"], inventory.Administrators.Keys);
        Assert.Throws<CannotCheckException>(() => WindowsAccounts.Read("Get-LocalUser : Access denied"));
    }
}
