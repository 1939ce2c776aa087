using IncidentTools.Module.Tests.Outage;

namespace IncidentTools.Module.Tests.Durability;

/// <summary>Where a runner of a book is killed: at a write of its journal, by an effect that is under way, or while a person is asked.</summary>
/// <param name="What">Name of the effect, or of the step that asks.</param>
/// <param name="Moment">Of an effect: <c>before</c> it counts, which it does although its runner is dead; <c>after</c>; or it dies with its runner and <c>never</c> counts. Else <c>asked</c>.</param>
internal sealed record KindPoint(string Book, KillPoint? Write, string What = "", string Moment = "")
{
    public string Kind => Write is { } write ? $"{write.Moment} a write" : Moment == "asked" ? "while a person is asked" : $"by an effect, {Moment}";

    /// <summary>Every point, or a part of them that leaves out no book, no effect and no question and in which chance decides the rest.</summary>
    /// <param name="books">With the names of what counts and of the steps that ask.</param>
    /// <param name="share">One write in so many, where chance decides.</param>
    public static IReadOnlyList<KindPoint> Choose(IEnumerable<(string Book, int Writes, IEnumerable<string> Effects, IEnumerable<string> Questions)> books, Random? random, int share)
    {
        var chosen = new List<KindPoint>();
        foreach (var (book, writes, effects, questions) in books)
        {
            chosen.AddRange(questions.Select(question => new KindPoint(book, null, question, "asked")));
            var at = KillPoint.UpTo(writes, KillMoment.Before, KillMoment.Middle, KillMoment.After).Select(write => new KindPoint(book, write)).ToList();
            // evenly over the run; the share is no multiple of the moments, so that all of them come
            chosen.AddRange(random is null ? at : at.Skip(random.Next(share)).Where((_, index) => index % share == 0));
            foreach (var effect in effects.Order(StringComparer.Ordinal))
            {
                // a script is the runner: it cannot outlive it
                string[] moments = effect is "text" or "back_text" ? ["never", "after"] : ["never", "before", "after"];
                chosen.AddRange((random is null ? moments : [moments[random.Next(moments.Length)]]).Select(moment => new KindPoint(book, null, effect, moment)));
            }
        }
        return chosen;
    }

    public override string ToString() => Write is { } write ? $"{Book}, {write}" : $"{Book}, {What} {Moment}";
}
