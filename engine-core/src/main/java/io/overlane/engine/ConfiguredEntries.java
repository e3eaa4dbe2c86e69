// SPDX-License-Identifier: Apache-2.0
package io.overlane.engine;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.reconcile.EntryKey;
import io.overlane.reconcile.EntryWriter;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.KnownSources;
import io.overlane.segment.Segment;
import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.IntHashSet;

/** Writes what owners want into the tables; flood lists all at once. */
final class ConfiguredEntries implements EntryWriter
{
    private final Forwarding forwarding;
    private final RemoteTable remotes;
    private final Int2ObjectHashMap<FloodChange> floods = new Int2ObjectHashMap<>();

    /** What is to be done to one flood list. */
    private record FloodChange(IntHashSet removed, IntHashSet added)
    {
    }

    ConfiguredEntries(final Forwarding forwarding)
    {
        this.forwarding = forwarding;
        remotes = forwarding.remotes();
    }

    @Override
    public String refusal(final EntryKey key, final Object value)
    {
        return forwarding.refusal(key, value);
    }

    @Override
    public boolean put(final EntryKey key, final Object value)
    {
        if (key.kind() == EntryKey.Kind.NEIGHBOR)
        {
            final IpAddress address = (IpAddress)key.address();
            return forwarding.neighbors().put(
                key.vni(), address.high(), address.low(), ((MacAddress)value).value());
        }
        if (key.kind() == EntryKey.Kind.ROUTE)
        {
            return forwarding.route((IpPrefix)key.address(), (Vtep)value);
        }
        final int number = forwarding.intern((Vtep)value);
        if (number < 0)
        {
            return false;
        }
        switch (key.kind())
        {
            case FDB:
                return putFdb(key.vni(), ((MacAddress)key.address()).value(), number);

            case FLOOD:
                flood(key.vni()).added().add(number);
                return true;

            default:
                sources(key.vni()).add(remotes.high(number), remotes.low(number));
                return true;
        }
    }

    private boolean putFdb(final int vni, final long mac, final int number)
    {
        if (!forwarding.fdb().putExternal(vni, mac, number))
        {
            remotes.release(number);
            return false;
        }
        return true;
    }

    @Override
    public void remove(final EntryKey key, final Object value)
    {
        switch (key.kind())
        {
            case FDB:
                forwarding.fdb().remove(key.vni(), ((MacAddress)key.address()).value());
                break;

            case NEIGHBOR:
                final IpAddress address = (IpAddress)key.address();
                forwarding.neighbors().remove(key.vni(), address.high(), address.low());
                break;

            case ROUTE:
                forwarding.unroute((IpPrefix)key.address());
                break;

            case FLOOD:
                flood(key.vni()).removed().add(known((Vtep)value));
                break;

            default:
                final int number = known((Vtep)value);
                if (forwarding.segments().lookup(key.vni()) != null)
                {
                    sources(key.vni()).remove(remotes.high(number), remotes.low(number));
                }
                remotes.release(number);
                break;
        }
    }

    @Override
    public void commit()
    {
        floods.forEachInt((vni, change) ->
        {
            final Segment segment = forwarding.segments().lookup(vni);
            final KnownSources sources = segment.knownSources();
            change.added().forEachInt(number -> sources.add(remotes.high(number), remotes.low(number)));
            segment.floodList().change(change.removed(), change.added());
            change.removed().forEachInt(number -> sources.remove(remotes.high(number), remotes.low(number)));
            // Readers can no longer find them.
            change.removed().forEachInt(remotes::release);
        });
        floods.clear();
    }

    private KnownSources sources(final int vni)
    {
        return forwarding.segments().lookup(vni).knownSources();
    }

    private FloodChange flood(final int vni)
    {
        return floods.computeIfAbsent(vni, unknown -> new FloodChange(new IntHashSet(), new IntHashSet()));
    }

    /** The number of a remote somebody holds. */
    private int known(final Vtep remote)
    {
        final int number = forwarding.intern(remote);
        remotes.release(number);
        return number;
    }
}
