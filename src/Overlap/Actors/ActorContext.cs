namespace Overlap.Actors;

/// <summary>What surrounds an actor. For the actor itself, while it handles something; never from another task.</summary>
/// <typeparam name="TMessage">The type of its messages.</typeparam>
public sealed class ActorContext<TMessage>
{
    private readonly ActorCell<TMessage> _cell;

    internal ActorContext(ActorCell<TMessage> cell) => _cell = cell;

    /// <summary>The actor's own reference, to be given to others.</summary>
    public ActorRef<TMessage> Self => _cell.Typed;

    /// <summary>The system it lives in.</summary>
    public ActorSystem System => _cell.System;

    /// <summary>The actors it spawned that have not stopped, in the order of their start.</summary>
    public IReadOnlyList<ActorRef> Children => [.. _cell.Children().Select(static child => child.Reference)];

    /// <summary>The messages put aside.</summary>
    public int StashCount => _cell.StashCount;

    /// <summary>Starts a child, which this actor looks after and which stops before it does.</summary>
    /// <typeparam name="TChild">The type of the child's messages.</typeparam>
    /// <param name="factory">Makes an instance: now, and again at each restart.</param>
    /// <param name="options">Its settings.</param>
    /// <exception cref="InvalidOperationException">Another child has that name.</exception>
    /// <exception cref="ActorStoppedException">This actor is stopping.</exception>
    public ActorRef<TChild> Spawn<TChild>(Func<Actor<TChild>> factory, ActorOptions? options = null) => _cell.System.Spawn(_cell, factory, options);

    /// <summary>Starts several children alike and gives them one address.</summary>
    /// <typeparam name="TChild">The type of their messages.</typeparam>
    /// <param name="size">How many; at least 1.</param>
    /// <param name="factory">Makes an instance of one of them, at once and at each restart.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="options">The settings, as with <see cref="ActorSystem"/>.</param>
    /// <exception cref="InvalidOperationException">Another child has that name.</exception>
    /// <exception cref="ActorStoppedException">This actor is stopping.</exception>
    public ActorRef<TChild> SpawnPool<TChild>(int size, Func<Actor<TChild>> factory, Route? route = null, ActorOptions? options = null) =>
        _cell.System.SpawnPool(_cell, size, factory, route, options);

    /// <summary>Gives one address to several actors that live already. Their life stays theirs; the address stops with this actor.</summary>
    /// <typeparam name="TChild">The type of their messages.</typeparam>
    /// <param name="routees">The actors; at least one.</param>
    /// <param name="route">Who gets a message. Default: one after the other.</param>
    /// <param name="name">The name of the router.</param>
    /// <exception cref="InvalidOperationException">Another child has that name.</exception>
    /// <exception cref="ActorStoppedException">This actor is stopping.</exception>
    public ActorRef<TChild> SpawnRouter<TChild>(IEnumerable<ActorRef<TChild>> routees, Route? route = null, string? name = null) =>
        _cell.System.SpawnRouter(_cell, routees, route, name);

    /// <summary>Has <see cref="Terminated"/> told when another actor stops, also if it has stopped already.</summary>
    /// <param name="other">The other actor.</param>
    public void Watch(ActorRef other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _cell.Watch(other);
    }

    /// <summary>Ends a watch; after it the end of the other is not told.</summary>
    /// <param name="other">The other actor.</param>
    public void Unwatch(ActorRef other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _cell.Unwatch(other);
    }

    /// <summary>Stops this actor once the present handler is done.</summary>
    public void Stop() => Self.Stop();

    /// <summary>Handles messages with another function from the next one on.</summary>
    /// <param name="behavior">The function.</param>
    public void Become(Func<TMessage, ValueTask> behavior)
    {
        ArgumentNullException.ThrowIfNull(behavior);
        _cell.Become(behavior);
    }

    /// <summary>Goes back to what handled messages before the last <see cref="Become"/>.</summary>
    /// <returns>Whether there was one.</returns>
    public bool Unbecome() => _cell.Unbecome();

    /// <summary>Puts a message aside.</summary>
    /// <param name="message">The message.</param>
    /// <param name="most">The most messages to have aside; one more is a dead letter.</param>
    /// <returns>Whether it was put aside.</returns>
    public bool Stash(TMessage message, int most = 1000) => _cell.Stash(message, most);

    /// <summary>Has the messages put aside handled next, in their order. A restart and a stop do that too.</summary>
    public void Unstash() => _cell.Unstash();

    /// <summary>Has a message handled later, once.</summary>
    /// <param name="name">The timer's name; one that runs under it is stopped.</param>
    /// <param name="message">The message. It comes before those that wait in the mailbox.</param>
    /// <param name="delay">When.</param>
    public void StartTimer(string name, TMessage message, TimeSpan delay)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        _cell.StartTimer(name, message, delay, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Has a message handled again and again. An actor that is slower than the timer misses some, and gets no row of them.</summary>
    /// <param name="name">The timer's name; one that runs under it is stopped.</param>
    /// <param name="message">The message. It comes before those that wait in the mailbox.</param>
    /// <param name="period">The time between two.</param>
    public void StartPeriodicTimer(string name, TMessage message, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        _cell.StartTimer(name, message, period, period);
    }

    /// <summary>Stops a timer; after it no message of it comes, not even one that was due. A restart and a stop do that for all.</summary>
    /// <param name="name">The timer's name.</param>
    /// <returns>Whether it ran.</returns>
    public bool StopTimer(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _cell.StopTimer(name);
    }

    /// <summary>Has <see cref="ReceiveTimeout"/> told when no message comes for a time: once, and again after the next message.</summary>
    /// <param name="after">The time; <see langword="null"/> ends it.</param>
    public void SetReceiveTimeout(TimeSpan? after)
    {
        if (after is { } time)
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(time, TimeSpan.Zero, nameof(after));
        }

        _cell.SetReceiveTimeout(after);
    }
}
