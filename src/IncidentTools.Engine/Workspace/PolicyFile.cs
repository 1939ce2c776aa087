using IncidentTools.Engine.Foundation;
using IncidentTools.Engine.Foundation.Shapes;
using IncidentTools.Engine.Foundation.Yaml;
using static IncidentTools.Engine.Foundation.Shapes.Shapes;

namespace IncidentTools.Engine.Workspace;

/// <summary>policy.yaml: its shape, and its plain data as a <see cref="Policy"/>.</summary>
internal static class PolicyFile
{
    public static readonly string[] Levels = ["P0", "P1", "P2", "P3", "P4"];
    private static readonly ScalarShape Level = OneOf(Levels);

    // a span of time, or business time: 30m, { business: 4h }, { businessDays: 5 }
    private static readonly ChoiceShape TargetShape = new(Shapes.Duration with { Min = 1 }, new ObjectShape("a target",
        Optional("business", Shapes.Duration with { Min = 1 }, "hours that count only while the calendar is open"),
        Optional("businessDays", Int with { Min = 1, Max = 365 }, "days of the calendar")));

    private static readonly ObjectShape TargetsShape = new("targets of a level",
        Required("label", Text, "one word: Critical, High …"),
        Required("meaning", Text, "what an incident of this level is"),
        Optional("acknowledge", TargetShape, "until somebody says: I have it"),
        Optional("escalate", TargetShape, "until it goes to the next level of people"),
        Optional("update", TargetShape, "from one internal update to the next"),
        Optional("clientNotice", TargetShape, "until clients are told"),
        Optional("resolve", TargetShape, "until service is restored"),
        Optional("review", TargetShape, "from resolved to the finished review"),
        Optional("reviewDuty", OneOf("mandatory", "recommended", "optional"), "whether a review is owed", "optional"));

    private static readonly ObjectShape ApprovalShape = new("an approval rule",
        Optional("by", ListOf(Slug, allowSingle: true), "roles or people, any of whom may answer; none = anyone"),
        Optional("min", Int with { Min = 0, Max = 10 }, "how many different people; 0 = no approval", 1L),
        Optional("notRequester", Bool, "whoever started or drove the run does not count", false),
        Optional("expires", Shapes.Duration with { Min = 1 }, "how long a request waits"),
        Optional("assurance", OneOf("claimed", "os", "db", "token"), "least proof of who the approver is"));

    public static readonly ObjectShape Shape = new("policy.yaml",
        Required("schema", OneOf("incidenttools/policy/v1"), "the format"),
        Required("name", Text, "shown with every severity decision"),
        Required("severity", new ObjectShape("severity",
            Required("matrix", new ObjectShape("the matrix", [.. from impact in new[] { 1, 2, 3 } select Required($"impact{impact}", ListOf(Level) with { MinItems = 3, MaxItems = 3 }, "levels for urgency 1, 2, 3")]), "impact × urgency → level"),
            Optional("conditions", new MapShape(new ObjectShape("a condition",
                Required("effect", OneOf("floor", "raise", "cap"), "floor: at least the level; raise: one level up and at least the level; cap: at most the level"),
                Required("level", Level, "the level"),
                Required("text", Text, "the condition in words"),
                Optional("source", Text, "where the rule comes from", ""))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "conditions that lift or limit the level"),
            Optional("stabilityWindow", Shapes.Duration, "how long symptoms must be gone before a downgrade or resolution", TimeSpan.FromMinutes(30)),
            Optional("reopenWindow", Shapes.Duration, "a symptom back within this time reopens the incident", TimeSpan.FromHours(24))), "how incidents are graded"),
        Required("targets", new ObjectShape("targets", [.. Levels.Select(level => Required(level, TargetsShape, "targets of " + level))]), "clocks of each level"),
        Required("calendar", new ObjectShape("the calendar",
            Required("timeZone", new ScalarShape(ScalarKind.TimeZone), "IANA zone of the business hours"),
            Required("days", ListOf(OneOf("mon", "tue", "wed", "thu", "fri", "sat", "sun")) with { MinItems = 1 }, "working days"),
            Required("opens", new ScalarShape(ScalarKind.TimeOfDay), "start of business"),
            Required("closes", new ScalarShape(ScalarKind.TimeOfDay), "end of business"),
            Optional("holidays", ListOf(Shapes.Date), "days that do not count")), "business hours"),
        Required("roles", new MapShape(new ObjectShape("a role",
            Required("title", Text, "its name"),
            Required("duties", Text, "what the holder does"),
            Optional("requiredFor", ListOf(Level), "levels that may not go without it"))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "roles in an incident"),
        Required("approval", new ObjectShape("approval",
            Required("impact", new ObjectShape("approval by impact", [.. new[] { "low", "medium", "high" }.Select(impact => Optional(impact, ApprovalShape, $"steps of {impact} impact"))]), "which impact needs whose approval"),
            Optional("soleOperator", new ObjectShape("the sole-operator exception",
                Optional("allowed", Bool, "whether one may approve one's own step when nobody else is there", false),
                Optional("reasonRequired", Bool, "whether a reason must be written", true)), "when one person is the whole organisation")), "who approves risky steps"),
        Optional("channels", new MapShape(new ObjectShape("a channel",
            Required("uses", OneOf("file", "script", "smtp", "webhook"), "how it delivers"),
            Optional("with", new MapShape(new AnyShape()), "its settings"))) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "ways out"),
        Optional("audiences", new MapShape(ListOf(Slug, allowSingle: true)) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "who hears updates → channels"),
        Optional("externalText", new MapShape(ListOf(Slug, allowSingle: true) with { MinItems = 1 }) { KeyPattern = "^[a-z0-9][a-z0-9-]*$" }, "audience → roles, a holder of which approves what is said to it"),
        Optional("detection", DetectionFile.Shape, "how alerts and failing probes become incidents"));

    public static Policy Bind(PlainMap file, string hash, IReadOnlyDictionary<string, PlainMap> channels)
    {
        var severity = file.Map("severity");
        var approval = file.Map("approval");
        var sole = approval.Map("soleOperator");
        return new Policy
        {
            Name = file.Text("name"),
            Hash = hash,
            Matrix = (from impact in Enumerable.Range(1, 3) from urgency in Enumerable.Range(1, 3) select (impact, urgency))
                .ToDictionary(cell => $"{cell.impact},{cell.urgency}", cell => severity.Map("matrix").Texts($"impact{cell.impact}")[cell.urgency - 1], StringComparer.Ordinal),
            Floors = [.. severity.Map("conditions").Maps().Select(item => new SeverityFloor(item.Key, item.Value.Text("effect"), item.Value.Text("level"), item.Value.Text("text"), item.Value.Text("source")))],
            Targets = file.Map("targets").Maps().ToDictionary(item => item.Key, item => Targets(item.Key, item.Value), StringComparer.Ordinal),
            Calendar = Calendar(file.Map("calendar")),
            Roles = [.. file.Map("roles").Maps().Select(item => new RoleDefinition(item.Key, item.Value.Text("title"), item.Value.Text("duties"), item.Value.Texts("requiredFor")))],
            Approval = new ApprovalPolicy(
                approval.Map("impact").Maps().ToDictionary(item => item.Key, item => Rule(item.Value), StringComparer.Ordinal),
                new SoleOperatorRule(sole.Flag("allowed"), sole.Get("reasonRequired") is not false)),
            Channels = file.Map("channels").Maps().ToDictionary(item => item.Key, item => new ChannelDefinition(item.Key, item.Value.Text("uses"), channels[item.Key]), StringComparer.Ordinal),
            Audiences = file.Map("audiences").Keys.ToDictionary(name => name, name => file.Map("audiences").Texts(name), StringComparer.Ordinal),
            ExternalText = file.Map("externalText").Keys.ToDictionary(name => name, name => file.Map("externalText").Texts(name), StringComparer.Ordinal),
            StabilityWindow = (TimeSpan)severity.Get("stabilityWindow")!,
            ReopenWindow = (TimeSpan)severity.Get("reopenWindow")!,
            Detection = file.MapOrNull("detection") is { } detection ? DetectionFile.Bind(detection) : DetectionPolicy.Default,
        };
    }

    /// <summary>Settings of each channel, read by the shape of its kind.</summary>
    public static IReadOnlyDictionary<string, PlainMap> Channels(YamlNode root, DiagnosticBag bag)
    {
        var settings = new Dictionary<string, PlainMap>(StringComparer.Ordinal);
        if ((root as YamlMap)?["channels"] is not YamlMap channels) return settings;
        foreach (var member in channels.Members)
        {
            if (member.Value is not YamlMap channel || channel["uses"] is not YamlScalar uses || !ChannelShapes.All.TryGetValue(uses.Text, out var shape)) continue;
            if (new ShapeReader(bag).Read(channel["with"] ?? new YamlMap([], channel.Span), shape, $"channels.{member.Key.Text}.with") is PlainMap read) settings[member.Key.Text] = read;
        }
        return settings;
    }

    /// <summary>What a script channel must have: one script, and its file there.</summary>
    public static void CheckChannels(PlainMap policy, IReadOnlyDictionary<string, PlainMap> settings, string folder, DiagnosticBag bag)
    {
        foreach (var (name, channel) in policy.Map("channels").Maps())
        {
            if (channel.TextOrNull("uses") != "script" || !settings.TryGetValue(name, out var script)) continue;
            if (script.IsWritten("file") == script.IsWritten("text")) bag.Error("IT2008", channel.Span, $"channels.{name}.with", "give either file or text");
            else if (script.TextOrNull("file") is { } file && !ScriptFile.IsInside(folder, file)) bag.Error("IT3007", script.At("file"), $"channels.{name}.with.file", $"'{file}' is not a file of the workspace", "Name a file inside the workspace's folder.");
            else if (script.TextOrNull("file") is { } missing && !File.Exists(ScriptFile.Full(folder, missing))) bag.Error("IT3008", script.At("file"), $"channels.{name}.with.file", $"there is no file '{missing}' in the workspace");
        }
    }

    /// <summary>What shapes cannot see: names that must exist, hours in order, levels that do not get milder as they get worse.</summary>
    public static void Check(PlainMap file, DiagnosticBag bag)
    {
        var channels = file.Map("channels");
        var audiences = file.Map("audiences");
        foreach (var name in audiences.Keys)
            foreach (var (channel, place) in audiences.List(name).Select((item, index) => ((string)item!, audiences.List(name).At(index))))
                if (!channels.ContainsKey(channel)) bag.Error("IT3001", place, $"audiences.{name}", $"there is no channel '{channel}'", Nearest.Hint(channel, channels.Keys));
        foreach (var name in file.Map("externalText").Keys)
        {
            if (!audiences.ContainsKey(name)) bag.Error("IT3063", file.Map("externalText").KeyAt(name), $"externalText.{name}", $"there is no audience '{name}'", Nearest.Hint(name, audiences.Keys));
            foreach (var (role, place) in file.Map("externalText").List(name).Select((item, index) => ((string)item!, file.Map("externalText").List(name).At(index))))
                if (!file.Map("roles").ContainsKey(role)) bag.Error("IT3060", place, $"externalText.{name}", $"policy.yaml has no role '{role}'", Nearest.Hint(role, file.Map("roles").Keys));
        }
        var impacts = file.Map("approval").Map("impact");
        foreach (var (impact, rule) in impacts.Maps())
        {
            if (rule.Get("min") is long and > 0 && rule.List("by").Count == 0 && rule.Flag("notRequester") is false)
                bag.Warning("IT3004", rule.Span, $"approval.impact.{impact}", "anyone may approve, the requester too: this rule stops nobody", "Name roles in by, or set notRequester: true.");
        }
        DetectionFile.Check(file, bag);
        var calendar = file.Map("calendar");
        if (calendar.Get("opens") is TimeOnly opens && calendar.Get("closes") is TimeOnly closes && closes <= opens)
            bag.Error("IT3002", calendar.At("closes"), "calendar.closes", "business closes before it opens", "Hours over midnight are two calendars; use opens: 00:00 and closes: 24:00 for round the clock.");
        foreach (var impact in Enumerable.Range(1, 3))
        {
            var row = file.Map("severity").Map("matrix").Texts($"impact{impact}");
            if (!row.SequenceEqual(row.Order(StringComparer.Ordinal))) bag.Warning("IT3003", file.Map("severity").Map("matrix").At($"impact{impact}"), $"severity.matrix.impact{impact}", "a lower urgency gives a higher level");
        }
        foreach (var (level, targets) in file.Map("targets").Maps())
            foreach (var name in targets.Keys)
                if (targets.Get(name) is PlainMap target && target.IsWritten("business") == target.IsWritten("businessDays"))
                    bag.Error("IT2008", target.Span, $"targets.{level}.{name}", "give either business or businessDays");
    }

    private static SeverityTargets Targets(string level, PlainMap map) => new(
        level, map.Text("label"), map.Text("meaning"), Target(map, "acknowledge"), Target(map, "escalate"), Target(map, "update"), Target(map, "clientNotice"), Target(map, "resolve"), Target(map, "review"), map.Text("reviewDuty"));

    private static Target? Target(PlainMap map, string name) => map.Get(name) switch
    {
        TimeSpan elapsed => new Target(elapsed),
        PlainMap business when business.Get("business") is TimeSpan hours => new Target(hours, Business: true),
        PlainMap business when business.Get("businessDays") is long days => new Target(TimeSpan.Zero, Business: true, BusinessDays: (int)days),
        _ => null,
    };

    private static BusinessCalendar Calendar(PlainMap map) => new(
        map.Text("timeZone"), [.. map.Texts("days").Select(day => Array.IndexOf(["mon", "tue", "wed", "thu", "fri", "sat", "sun"], day) + 1)],
        (TimeOnly)map.Get("opens")!, (TimeOnly)map.Get("closes")!, [.. map.List("holidays").OfType<DateOnly>()]);

    private static ApprovalRule Rule(PlainMap map) => new(map.Texts("by"), (int)(long)map.Get("min")!, map.Flag("notRequester"), map.Get("expires") as TimeSpan?, map.TextOrNull("assurance"));
}
