using System.Globalization;
using System.Xml;

namespace IncidentTools.Engine.Probes.Security;

/// <summary>The security log of Windows, as <c>wevtutil /f:xml</c> writes it: one Event element after the other, without a root.</summary>
internal static class WindowsSecurityLog
{
    public const int Failed = 4625, Succeeded = 4624, Created = 4720, Cleared = 1102;
    private static readonly int[] Joined = [4728, 4732, 4756];
    // network and remote interactive; the others are services and unlocks
    private static readonly string[] Remote = ["3", "10"];
    /// <summary>Well-known groups by their number, whatever they are called: administrators, domain, schema and enterprise admins.</summary>
    private static readonly string[] Powerful = ["S-1-5-32-544", "-512", "-518", "-519"];

    public static string Query(DateTimeOffset since) => string.Create(CultureInfo.InvariantCulture,
        $"*[System[(EventID={Succeeded} or EventID={Failed} or EventID={Created} or EventID={Cleared} or {string.Join(" or ", Joined.Select(id => string.Create(CultureInfo.InvariantCulture, $"EventID={id}")))}) and TimeCreated[@SystemTime>='{since.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'}']]]");

    /// <exception cref="CannotCheckException">What came is no XML.</exception>
    public static IEnumerable<LogonEvent> Read(string xml)
    {
        var events = new List<LogonEvent>();
        try
        {
            using var reader = XmlReader.Create(new StringReader(xml), new XmlReaderSettings { ConformanceLevel = ConformanceLevel.Fragment, DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreWhitespace = true });
            while (reader.Read())
                if (reader is { NodeType: XmlNodeType.Element, LocalName: "Event" })
                {
                    using var inner = reader.ReadSubtree();
                    if (One(inner) is { } item) events.Add(item);
                }
        }
        catch (XmlException error) { throw new CannotCheckException(ProbeErrors.InvalidResponse, $"the security log is not the XML it should be: {error.Message}"); }
        return events;
    }

    private static LogonEvent? One(XmlReader reader)
    {
        var (id, at) = (0, (DateTimeOffset?)null);
        var data = new Dictionary<string, string>(StringComparer.Ordinal);
        var node = new XmlDocument { XmlResolver = null };
        node.Load(reader);
        foreach (var element in node.GetElementsByTagName("*").OfType<XmlElement>())
            switch (element.LocalName)
            {
                case "EventID": int.TryParse(element.InnerText, NumberStyles.None, CultureInfo.InvariantCulture, out id); break;
                case "TimeCreated": at = DateTimeOffset.TryParse(element.GetAttribute("SystemTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null; break;
                case "Data" when element.GetAttribute("Name") is { Length: > 0 } name: data[name] = element.InnerText; break;
                case "SubjectUserName": data["SubjectUserName"] = element.InnerText; break; // 1102 has elements of its own
            }
        return Meaning(id, at, data);
    }

    private static LogonEvent? Meaning(int id, DateTimeOffset? at, Dictionary<string, string> data)
    {
        string Get(string name) => data.GetValueOrDefault(name) is { } text && text != "-" ? text : "";
        LogonEvent Of(LogonKind kind, string account, string detail) => new(at, kind, account, Get("IpAddress").Replace("::ffff:", "", StringComparison.Ordinal), detail);
        if (id == Failed) return Of(LogonKind.Failure, Get("TargetUserName"), Why(Get("SubStatus")));
        if (id == Succeeded) return Remote.Contains(Get("LogonType")) && !Get("TargetUserName").EndsWith('$') ? Of(LogonKind.Success, Get("TargetUserName"), $"logon type {Get("LogonType")}") : null;
        if (id == Created) return Of(LogonKind.NewAccount, Get("TargetUserName"), $"created by {Get("SubjectUserName")}");
        if (id == Cleared) return Of(LogonKind.LogCleared, Get("SubjectUserName"), "the security log was cleared");
        if (!Joined.Contains(id)) return null;
        var (group, sid) = (Get("TargetUserName"), Get("TargetSid"));
        return Array.Exists(Powerful, end => sid == end || (end[0] == '-' && sid.EndsWith(end, StringComparison.Ordinal))) ? Of(LogonKind.NewAdministrator, Get("MemberName") is { Length: > 0 } name ? name : Get("MemberSid"), $"added to {group} by {Get("SubjectUserName")}") : null;
    }

    private static string Why(string status) => status.ToUpperInvariant() switch { "0XC000006A" => "wrong password", "0XC0000064" => "no such user", "0XC0000234" => "locked out", "0XC0000072" => "disabled", var other => other };
}
