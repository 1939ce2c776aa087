using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Workspace;

namespace IncidentTools.Engine.Tests.Workspace;

public sealed class WorkspaceTests : IDisposable
{
    private readonly TempFolder _folder = new();
    public void Dispose() => _folder.Dispose();

    private IReadOnlyList<Diagnostic> Findings(string file, string from, string to)
    {
        var shipped = Path.Combine(RepoRoot.Require(), "runbooks");
        File.Copy(Path.Combine(shipped, "incidenttools.yaml"), Path.Combine(_folder.Path, "incidenttools.yaml"));
        File.Copy(Path.Combine(shipped, "policy.yaml"), Path.Combine(_folder.Path, "policy.yaml"));
        foreach (var name in new[] { "services", "contacts" }) File.Copy(Path.Combine(shipped, name + ".example.yaml"), Path.Combine(_folder.Path, name + ".yaml"));
        var path = Path.Combine(_folder.Path, file);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
        return WorkspaceLoader.Inspect(new WorkspaceLocation(_folder.Path, "parameter", true)).Findings;
    }

    [Theory]
    [InlineData("policy.yaml", "impact1: [P0, P1, P2]", "impact1: [P0, P1]", "IT2006", "at least 3")]
    [InlineData("policy.yaml", "impact1: [P0, P1, P2]", "impact1: [P2, P1, P0]", "IT3003", "lower urgency")]
    [InlineData("policy.yaml", "level: P0, text: Ransomware", "level: P9, text: Ransomware", "IT2002", "P9")]
    [InlineData("policy.yaml", "closes: '17:00'", "closes: '08:00'", "IT3002", "closes before")]
    [InlineData("policy.yaml", "timeZone: Etc/UTC", "timeZone: Etc/UCT2", "IT2002", "time zone")]
    [InlineData("policy.yaml", "internal: []", "internal: [chta]", "IT3001", "no channel 'chta'")]
    [InlineData("policy.yaml", "review: { businessDays: 5 }", "review: { business: 4h, businessDays: 5 }", "IT2008", "either")]
    [InlineData("policy.yaml", "channels: {}", "channels: { chat: { uses: webhook, with: { urll: x } } }", "IT2001", "'urll' is not a key")]
    [InlineData("policy.yaml", "channels: {}", "channels: { chat: { uses: webhook } }", "IT2003", "'url' is missing")]
    [InlineData("policy.yaml", "channels: {}", "channels: { chat: { uses: webhook, with: { url: 'https://x/', timeout: 10 } } }", "IT2002", "duration")]
    [InlineData("policy.yaml", "review: { businessDays: 5 }", "review: {}", "IT2008", "either")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script } }", "IT2008", "either file or text")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script, with: { file: a.ps1, text: '1' } } }", "IT2008", "either file or text")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script, with: { file: ../a.ps1 } } }", "IT3007", "not a file of the workspace")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script, with: { file: /etc/a.ps1 } } }", "IT3007", "not a file of the workspace")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script, with: { file: a.ps1 } } }", "IT3008", "no file 'a.ps1'")]
    [InlineData("policy.yaml", "channels: {}", "channels: { own: { uses: script, with: { text: '1', parameters: { 'a b': 1 } } } }", "IT2005", "does not match")]
    [InlineData("policy.yaml", "medium: { by: [incident-commander], min: 1, expires: 30m }", "medium: { min: 1 }", "IT3004", "stops nobody")]
    [InlineData("contacts.yaml", "members: [ana, bo]", "members: [ana, boo]", "IT3001", "no person 'boo'")]
    [InlineData("contacts.yaml", "backup: bo", "backup: nobody-at-all", "IT3001", "no person")]
    [InlineData("contacts.yaml", "targets: 'team:platform'", "targets: 'team:plattform'", "IT3001", "no team")]
    [InlineData("contacts.yaml", "targets: 'person:ana'", "targets: ana", "IT2005", "does not match")]
    [InlineData("contacts.yaml", "address: bo@example.com }", "address: bo@example.com, channel: mail }", "IT3001", "no channel 'mail'")]
    [InlineData("services.yaml", "escalationPolicy: default", "escalationPolicy: defualt", "IT3001", "no escalation policy")]
    [InlineData("services.yaml", "switch: [/usr", "group: 'Server=x;Password=hunter2'\n        switch: [/usr", "IT3070", "password")]
    [InlineData("services.yaml", "dataPath: /var", "dataPath: postgres://ops:hunter2@db/var", "IT3070", "password")]
    [InlineData("services.yaml", "user: incident\n", "password: hunter2\n", "IT2001", "not a key")]
    [InlineData("services.yaml", "- name: orders\n        engine: postgresql\n        host: db-1.example.com\n", "- name: orders\n        engine: postgresql\n", "IT3071", "needs its host")]
    [InlineData("services.yaml", "{ name: db-2,", "{ name: orders,", "IT3072", "another server")]
    [InlineData("services.yaml", "owner: platform", "owner: plat", "IT3001", "no person or team")]
    [InlineData("services.yaml", "critical: true", "critcal: true", "IT2001", "not a key")]
    public void A_mistake_is_found_where_it_stands(string file, string from, string to, string code, string message)
    {
        var found = Assert.Single(Findings(file, from, to), item => item.Code == code);
        Assert.Contains(message, found.Message, StringComparison.Ordinal);
        Assert.EndsWith(file, found.Span.File, StringComparison.Ordinal);
        var line = File.ReadAllLines(Path.Combine(_folder.Path, file))[found.Span.Line - 1];
        Assert.Contains(to.Split('\n')[0][..5], line, StringComparison.Ordinal);
    }

    [Fact]
    public void The_nearest_folder_with_the_marker_wins_and_is_not_trusted_until_someone_does()
    {
        Assert.SkipWhen(Environment.GetEnvironmentVariable(WorkspaceLocation.Variable) is not null, "INCIDENTTOOLS_WORKSPACE is set here");
        _folder.Write("incidenttools.yaml", "schema: incidenttools/workspace/v1\n");
        var deep = Directory.CreateDirectory(Path.Combine(_folder.Path, "a", "b")).FullName;
        var found = WorkspaceLocation.Find(null, deep, "shipped");
        Assert.Equal((_folder.Path, "parent", false), (found.Path, found.FoundBy, found.Trusted));
        Assert.Equal("shipped", WorkspaceLocation.Find(null, Path.GetPathRoot(_folder.Path)!, "shipped").FoundBy);
        Assert.Equal("WorkspaceNotFound", Assert.Throws<IncidentToolsException>(() => WorkspaceLocation.Find(deep, deep, "shipped")).ErrorId);
    }

    [Fact]
    public void A_file_that_anybody_may_write_is_refused()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps rights in ACLs");
        var file = _folder.Write("incidenttools.yaml", "schema: incidenttools/workspace/v1\n");
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherWrite);
        Assert.Equal("WorkspaceNotOwned", Assert.Throws<IncidentToolsException>(() => WorkspaceLocation.Find(_folder.Path, _folder.Path, "shipped")).ErrorId);
    }

    [Fact]
    public void An_invalid_workspace_is_not_used()
    {
        _folder.Write("incidenttools.yaml", "schema: incidenttools/workspace/v1\n");
        var error = Assert.Throws<IncidentToolsException>(() => WorkspaceLoader.Load(new WorkspaceLocation(_folder.Path, "parameter", true)));
        Assert.Equal("WorkspaceInvalid", error.ErrorId);
        Assert.Contains("policy.yaml", error.Message, StringComparison.Ordinal);
    }
}
