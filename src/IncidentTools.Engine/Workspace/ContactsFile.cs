using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>contacts.yaml: people, teams and who is called in which order.</summary>
internal static class ContactsFile
{
    private const string IdPattern = "^[a-z0-9][a-z0-9-]*$";

    private static readonly ObjectShape PersonShape = new("a person",
        Required("name", Text, "display name"),
        Optional("timeZone", new ScalarShape(ScalarKind.TimeZone), "IANA zone; else the policy's"),
        Optional("roles", ListOf(Slug, allowSingle: true), "roles they can take"),
        Optional("logins", ListOf(Text, allowSingle: true), "login names that are this person"),
        Optional("backup", Slug, "who is asked when they are away"),
        Optional("methods", ListOf(new ObjectShape("a contact method",
            Required("type", OneOf("email", "phone", "sms", "chat", "webhook", "pager"), "what it is"),
            Required("address", Text, "address or number"),
            Optional("channel", Slug, "channel of policy.yaml that delivers to it; without one a person must dial"),
            Optional("verified", Shapes.Date, "when it was last tried"))), "ways to reach them, best first"));

    private static readonly ObjectShape TeamShape = new("a team",
        Required("name", Text, "display name"),
        Required("members", ListOf(Slug) with { MinItems = 1 }, "people, in the order they are called"),
        Optional("mailbox", Text, "shared mailbox"),
        Optional("manager", Slug, "a person"));

    private static readonly ObjectShape PolicyShape = new("an escalation policy",
        Required("name", Text, "display name"),
        Optional("severities", ListOf(OneOf(PolicyFile.Levels)), "levels it is for; none = all"),
        Optional("classes", ListOf(Text, allowSingle: true), "classes of incident it is for; none = all"),
        Required("rules", ListOf(new ObjectShape("a level",
            Required("targets", ListOf(Text with { Pattern = "^(person|team):[a-z0-9][a-z0-9-]*$" }, allowSingle: true) with { MinItems = 1 }, "person:<id> or team:<id>"),
            Required("timeout", Shapes.Duration with { Min = 1 }, "how long they have before the next level"))) with { MinItems = 1 }, "levels, first to last"),
        Optional("repeat", Int with { Min = 0, Max = 9 }, "how often the whole ladder is gone through again", 0L),
        Optional("finalAction", ListOf(Text, allowSingle: true), "what is left when nobody answered"));

    public static readonly ObjectShape Shape = new("contacts.yaml",
        Required("schema", OneOf("incidenttools/contacts/v1"), "the format"),
        Optional("people", new MapShape(PersonShape) { KeyPattern = IdPattern }, "people by id"),
        Optional("teams", new MapShape(TeamShape) { KeyPattern = IdPattern }, "teams by id"),
        Optional("escalationPolicies", new MapShape(PolicyShape) { KeyPattern = IdPattern }, "escalation policies by id"));

    public static ContactList Bind(PlainMap file, string hash) => new(
        file.Map("people").Maps().ToDictionary(item => item.Key, item => Person(item.Key, item.Value), StringComparer.Ordinal),
        file.Map("teams").Maps().ToDictionary(item => item.Key, item => new Team(item.Key, item.Value.Text("name"), item.Value.Texts("members"), item.Value.TextOrNull("mailbox"), item.Value.TextOrNull("manager")), StringComparer.Ordinal),
        file.Map("escalationPolicies").Maps().ToDictionary(item => item.Key, item => Escalation(item.Key, item.Value), StringComparer.Ordinal),
        hash);

    public static void Check(PlainMap file, PlainMap? policy, DiagnosticBag bag)
    {
        var people = file.Map("people");
        var teams = file.Map("teams");
        void Person(PlainMap holder, string key, string path)
        {
            if (holder.TextOrNull(key) is { } id && !people.ContainsKey(id)) bag.Error("IT3001", holder.At(key), path, $"there is no person '{id}'", Nearest.Hint(id, people.Keys));
        }
        foreach (var (id, person) in people.Maps())
        {
            Person(person, "backup", $"people.{id}.backup");
            if (person.List("methods").Count == 0) bag.Warning("IT3005", people.KeyAt(id), $"people.{id}", $"'{id}' has no contact method: a page to them reaches nobody");
            foreach (var method in person.List("methods").OfType<PlainMap>())
                if (policy is not null && method.TextOrNull("channel") is { } channel && !policy.Map("channels").ContainsKey(channel))
                    bag.Error("IT3001", method.At("channel"), $"people.{id}.methods", $"there is no channel '{channel}' in policy.yaml", Nearest.Hint(channel, policy.Map("channels").Keys));
        }
        foreach (var (id, team) in teams.Maps())
        {
            Person(team, "manager", $"teams.{id}.manager");
            for (var index = 0; index < team.List("members").Count; index++)
                if (team.List("members")[index] is string member && !people.ContainsKey(member))
                    bag.Error("IT3001", team.List("members").At(index), $"teams.{id}.members[{index}]", $"there is no person '{member}'", Nearest.Hint(member, people.Keys));
        }
        foreach (var (id, escalation) in file.Map("escalationPolicies").Maps())
            foreach (var rule in escalation.List("rules").OfType<PlainMap>())
                for (var index = 0; index < rule.List("targets").Count; index++)
                {
                    if (rule.List("targets")[index] is not string target) continue;
                    var (kind, name) = (target[..target.IndexOf(':', StringComparison.Ordinal)], target[(target.IndexOf(':', StringComparison.Ordinal) + 1)..]);
                    var known = kind == "team" ? teams : people;
                    if (!known.ContainsKey(name)) bag.Error("IT3001", rule.List("targets").At(index), $"escalationPolicies.{id}.rules", $"there is no {kind} '{name}'", Nearest.Hint(name, known.Keys));
                }
    }

    private static Person Person(string id, PlainMap map) => new()
    {
        Id = id, Name = map.Text("name"), TimeZone = map.TextOrNull("timeZone"), Roles = map.Texts("roles"), Logins = map.Texts("logins"), Backup = map.TextOrNull("backup"),
        Methods = [.. map.List("methods").OfType<PlainMap>().Select((method, index) => new ContactMethod(method.Text("type"), method.Text("address"), index + 1, method.Get("verified") as DateOnly?, method.TextOrNull("channel")))],
    };

    private static EscalationPolicyDefinition Escalation(string id, PlainMap map) => new(
        id, map.Text("name"), map.Texts("severities"), map.Texts("classes"),
        [.. map.List("rules").OfType<PlainMap>().Select((rule, index) => new EscalationRule(index + 1, rule.Texts("targets"), (TimeSpan)rule.Get("timeout")!))],
        (int)(long)map.Get("repeat")!, map.Texts("finalAction"));
}
