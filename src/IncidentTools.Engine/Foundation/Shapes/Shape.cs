namespace IncidentTools.Engine.Foundation.Shapes;

/// <summary>
/// What a value in a YAML file may look like. One table of shapes drives the loader, the JSON Schema, completion and the docs.
/// Shapes only declare; <c>ShapeReader</c> checks and converts, <c>SchemaWriter</c> prints draft 2020-12.
/// </summary>
/// <remarks>Plain data is: null, bool, long, double, string, TimeSpan, DateTimeOffset, DateOnly, lists (<c>IReadOnlyList&lt;object?&gt;</c>) and maps
/// (<c>IReadOnlyDictionary&lt;string, object?&gt;</c>, in document order, ordinal keys).</remarks>
public abstract record Shape
{
    /// <summary>One sentence for the schema, completion and the docs.</summary>
    public string Doc { get; init; } = "";
    /// <summary>From here down values may be expressions, where the document has any; elsewhere <c>${{</c> is refused.</summary>
    public bool TakesExpressions { get; init; }
    /// <summary>Whether <c>${{ … }}</c> may stand for this value where expressions are taken: inside a text, or as the whole of a list or map.</summary>
    public bool AllowExpression { get; init; } = true;
    /// <summary>Its name under $defs of the schema, for shapes used more than once; null = written out.</summary>
    public string? Definition { get; init; }
}

public enum ScalarKind
{
    String, Int, Number, Bool,
    /// <summary>30s 5m 2h 1d → TimeSpan</summary>
    Duration,
    /// <summary>ISO 8601 with offset or Z → DateTimeOffset</summary>
    DateTime,
    /// <summary>2026-11-01 → DateOnly</summary>
    Date,
    /// <summary>09:00 → TimeOnly</summary>
    TimeOfDay,
    /// <summary>semantic version, kept as text</summary>
    Version,
    /// <summary><c>[a-z][a-z0-9_]*</c>, usable after $steps.</summary>
    Name,
    /// <summary><c>[a-z0-9][a-z0-9-]*</c>, ids of runbooks, services, people</summary>
    Slug,
    /// <summary>a .NET regular expression; compiled with a time limit, tried at load</summary>
    Regex,
    Url,
    /// <summary>IANA zone id; tried at load</summary>
    TimeZone,
    /// <summary>name of a secret (<c>secret: name</c> or <c>secret:name</c>); never the value</summary>
    SecretRef,
    /// <summary>an expression: the whole value, without ${{ }}</summary>
    Expression,
    /// <summary>any scalar, kept as it is typed by the YAML core schema</summary>
    Any,
}

public sealed record ScalarShape(ScalarKind Kind) : Shape
{
    /// <summary>Closed list of words; the scalar's own text is compared, case-sensitively. With a <see cref="Pattern"/> what matches that is good too.</summary>
    public IReadOnlyList<string>? Enum { get; init; }
    public string? Pattern { get; init; }
    /// <summary>Whether a whole number is good too; then it is read as one, within the bounds.</summary>
    public bool OrInt { get; init; }
    /// <summary>What is good beside the words, in words: <c>goto &lt;step&gt;</c>.</summary>
    public string? Expected { get; init; }
    /// <summary>Inclusive bounds: of the number, the duration (seconds) or the text's length.</summary>
    public double? Min { get; init; }
    public double? Max { get; init; }
}

public sealed record ListShape(Shape Item) : Shape
{
    public int MinItems { get; init; }
    public int? MaxItems { get; init; }
    /// <summary>A single item may stand for a list of one (<c>by: incident-commander</c>).</summary>
    public bool AllowSingle { get; init; }
}

/// <summary>A map with free keys.</summary>
public sealed record MapShape(Shape Value) : Shape
{
    public string? KeyPattern { get; init; }
}

/// <summary>A shape that is made later, so that one may hold itself: steps in steps.</summary>
public sealed record DeferredShape(Func<Shape> Make) : Shape
{
    private readonly Lazy<Shape> _target = new(Make);
    public Shape Target => _target.Value;
}

/// <summary>Any plain data: scalars, lists and maps.</summary>
public sealed record AnyShape : Shape;

/// <summary>One of several forms, told apart by node kind (scalar, list, map), in this order.</summary>
public sealed record ChoiceShape(params Shape[] Forms) : Shape;

/// <summary>A map with known keys; unknown ones are errors unless they start with <c>x-</c>.</summary>
public sealed record ObjectShape(string Name, params Field[] Fields) : Shape
{
    /// <summary>Two objects' fields in one, for a kind's own keys on top of the common ones.</summary>
    public ObjectShape With(params Field[] more) => this with { Fields = [.. Fields, .. more] };
}

/// <summary>A map where the value of one key (<c>uses</c>, <c>type</c>) decides which other keys there are.</summary>
public sealed record VariantShape : Shape
{
    /// <param name="what">What the deciding value is, for messages: "kind of step".</param>
    /// <param name="cases">The deciding value → the fields it adds.</param>
    public VariantShape(ObjectShape common, string key, string what, IEnumerable<KeyValuePair<string, Field[]>> cases)
    {
        (Common, Key, What) = (common, key, what);
        Cases = cases.ToDictionary(item => item.Key, item => item.Value, StringComparer.Ordinal);
        Forms = Cases.ToDictionary(item => item.Key, item => common.With(item.Value), StringComparer.Ordinal);
        Fields = [.. Cases.Values.SelectMany(fields => fields).Select(field => field.Name).Distinct()];
        Loose = common.With([.. Fields.Select(name => new Field(name, new AnyShape { TakesExpressions = true }, ""))]);
    }

    public ObjectShape Common { get; }
    public string Key { get; }
    public string What { get; }
    public IReadOnlyDictionary<string, Field[]> Cases { get; }
    /// <summary>Every key that some case adds.</summary>
    public IReadOnlyList<string> Fields { get; }
    /// <summary>The case when the deciding key is not written; null = it must be.</summary>
    public string? Default { get; init; }
    internal IReadOnlyDictionary<string, ObjectShape> Forms { get; }
    /// <summary>What is read when the deciding value is unknown: so that one mistake is one finding.</summary>
    internal ObjectShape Loose { get; }
}

public sealed record Field(string Name, Shape Shape, string Doc)
{
    public bool Required { get; init; }
    /// <summary>Plain data; null = none.</summary>
    public object? Default { get; init; }
}

/// <summary>Short spellings, so that a table of fields reads as one.</summary>
public static class Shapes
{
    public static ScalarShape Text { get; } = new(ScalarKind.String);
    public static ScalarShape Int { get; } = new(ScalarKind.Int);
    public static ScalarShape Number { get; } = new(ScalarKind.Number);
    public static ScalarShape Bool { get; } = new(ScalarKind.Bool);
    public static ScalarShape Duration { get; } = new(ScalarKind.Duration);
    public static ScalarShape DateTime { get; } = new(ScalarKind.DateTime);
    public static ScalarShape Date { get; } = new(ScalarKind.Date);
    public static ScalarShape Name { get; } = new(ScalarKind.Name) { AllowExpression = false };
    public static ScalarShape Slug { get; } = new(ScalarKind.Slug);
    public static ScalarShape Regex { get; } = new(ScalarKind.Regex);
    public static ScalarShape Url { get; } = new(ScalarKind.Url);
    public static ScalarShape Version { get; } = new(ScalarKind.Version) { AllowExpression = false };
    public static ScalarShape Expression { get; } = new(ScalarKind.Expression) { AllowExpression = false };
    public static ScalarShape SecretRef { get; } = new(ScalarKind.SecretRef);
    public static ScalarShape OneOf(params string[] words) => new(ScalarKind.String) { Enum = words };
    public static ListShape ListOf(Shape item, bool allowSingle = false) => new(item) { AllowSingle = allowSingle };
    public static Field Required(string name, Shape shape, string doc) => new(name, shape, doc) { Required = true };
    public static Field Optional(string name, Shape shape, string doc, object? @default = null) => new(name, shape, doc) { Default = @default };
}
