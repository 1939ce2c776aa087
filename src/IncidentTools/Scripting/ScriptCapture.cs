using System.Management.Automation;

namespace IncidentTools.Scripting;

/// <summary>
/// What a script gives and says, taken out of PowerShell's own collections as it comes, so that memory stays bounded. A message of a program on
/// its error stream is said, not an error: many programs report progress there.
/// </summary>
internal sealed class ScriptCapture(int maxLines, int maxBytes)
{
    private const int MostErrors = 50, LongestError = 4096;
    private readonly BoundedList<object?> _output = new(maxLines, maxBytes);
    private readonly BoundedList<string> _log = new(maxLines, maxBytes);
    private readonly BoundedList<string> _errors = new(MostErrors, MostErrors * LongestError);
    private bool _cut;

    /// <summary>Told of everything as it comes: output, log or error, with its size.</summary>
    public Action<string, object?, int>? Tell { get; init; }
    public PSDataCollection<PSObject> Output { get; } = [];
    public bool Truncated => _cut || _output.Dropped > 0 || _log.Dropped > 0 || _errors.Dropped > 0;
    public IReadOnlyList<object?> Values => _output.Items();
    public IReadOnlyList<string> Log => _log.Items(dropped => $"[… {dropped} lines left out …]", _output.Dropped > 0 || _cut ? "[… output left out: more than the step keeps …]" : null);
    public IReadOnlyList<string> Errors => _errors.Items(dropped => $"[… {dropped} errors left out …]");

    public void Listen(PSDataStreams streams)
    {
        Take(Output, Add);
        Take(streams.Error, record =>
        {
            if (record.FullyQualifiedErrorId.StartsWith("NativeCommandError", StringComparison.Ordinal)) Say("stderr: " + record.Exception.Message);
            else AddError(Describe(record));
        });
        Take(streams.Warning, record => Say("warning: " + record.Message));
        Take(streams.Verbose, record => Say("verbose: " + record.Message));
        Take(streams.Debug, record => Say("debug: " + record.Message));
        Take(streams.Information, record => Say(record.ToString()));
        Take(streams.Progress, _ => { });
    }

    public void Say(string line)
    {
        _log.Add(Short(line, maxBytes), line.Length);
        Tell?.Invoke("log", Short(line, maxBytes), line.Length);
    }

    public void AddError(string text)
    {
        _errors.Add(Short(text, LongestError), text.Length);
        Tell?.Invoke("error", Short(text, LongestError), text.Length);
    }

    public static string Describe(ErrorRecord record)
    {
        var text = record.ErrorDetails?.Message ?? record.Exception.Message;
        return record.InvocationInfo is { ScriptLineNumber: > 0 } place ? $"{text} (line {place.ScriptLineNumber})" : text;
    }

    private void Add(PSObject item)
    {
        var plain = new PlainOutput(maxBytes);
        var value = plain.Convert(item);
        _cut |= plain.Cut;
        _output.Add(value, plain.Used);
        Tell?.Invoke("output", value, plain.Used);
    }

    private static void Take<T>(PSDataCollection<T> stream, Action<T> take) => stream.DataAdded += (_, _) =>
    {
        foreach (var item in stream.ReadAll()) take(item);
    };

    private static string Short(string text, int most) => text.Length <= most ? text : text[..most] + "…";
}

/// <summary>A list within bounds: its beginning and its end are kept, the middle is counted and left out.</summary>
internal sealed class BoundedList<T>(int maxItems, int maxSize)
{
    private readonly object _gate = new(); // a script that could not be ended may still add while the list is taken
    private readonly List<T> _head = [];
    private readonly Queue<(T Item, int Size)> _tail = new();
    private readonly int _headItems = Math.Max(1, maxItems / 2), _headSize = maxSize / 2;
    private int _sizeOfHead, _sizeOfTail;

    public long Dropped { get; private set; }

    public void Add(T item, int size)
    {
        lock (_gate)
        {
            if (Dropped == 0 && _tail.Count == 0 && _head.Count < _headItems && _sizeOfHead + (long)size <= _headSize)
            {
                _head.Add(item);
                _sizeOfHead += size;
                return;
            }
            _tail.Enqueue((item, Math.Min(size, maxSize)));
            _sizeOfTail += Math.Min(size, maxSize);
            while (_tail.Count > 1 && (_tail.Count > Math.Max(1, maxItems - _headItems) || _sizeOfTail > maxSize - _headSize))
            {
                _sizeOfTail -= _tail.Dequeue().Size;
                Dropped++;
            }
        }
    }

    public IReadOnlyList<T> Items(Func<long, T>? mark = null, T? last = default)
    {
        lock (_gate)
        {
            var items = new List<T>(_head);
            if (Dropped > 0 && mark is not null) items.Add(mark(Dropped));
            items.AddRange(_tail.Select(entry => entry.Item));
            if (last is not null) items.Add(last);
            return items;
        }
    }
}
