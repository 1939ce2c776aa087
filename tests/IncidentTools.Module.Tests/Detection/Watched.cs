namespace IncidentTools.Module.Tests.Detection;

/// <summary>A session with a workspace of its own whose catalogue the test writes.</summary>
internal sealed class Watched : IDisposable
{
    public Watched(string services, string detection = "")
    {
        Host = new ModuleHost();
        Directory.CreateDirectory(Path.Combine(Ops, "runbooks"));
        Write("incidenttools.yaml", "schema: incidenttools/workspace/v1\n");
        var policy = File.ReadAllText(Path.Combine(Path.GetDirectoryName(ModuleHost.ModulePath)!, "runbooks", "policy.yaml")).ReplaceLineEndings("\n");
        Write("policy.yaml", detection.Length == 0 ? policy : System.Text.RegularExpressions.Regex.Replace(policy, @"(?m)^detection:\n(?:[ #].*\n|\n)*", "") + "\ndetection:\n" + detection);
        Services(services);
        Host.Run($"$PSDefaultParameterValues['*-*:Workspace'] = '{Ops}'");
    }

    public ModuleHost Host { get; }
    public string Ops => Path.Combine(Host.Folder, "ops");
    public void Write(string name, string text) => File.WriteAllText(Path.Combine(Ops, name), text);
    public void Services(string yaml) => Write("services.yaml", "schema: incidenttools/services/v1\nservices:\n" + yaml);
    public void Dispose() => Host.Dispose();
}
