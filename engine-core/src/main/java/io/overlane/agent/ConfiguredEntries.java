package io.overlane.agent;

import io.overlane.address.IpAddress;
import io.overlane.address.IpPrefix;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.reconcile.EntryKey;
import io.overlane.reconcile.EntryWriter;
import io.overlane.remote.RemoteTable;
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
    public String refusal(final EntryKey key)
    {
        return key.vni() == EntryKey.NO_VNI || forwarding.segments().lookup(key.vni()) != null ?
            null :
            "no segment has VNI " + key.vni();
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
                if (!forwarding.fdb().putExternal(key.vni(), ((MacAddress)key.address()).value(), number))
                {
                    remotes.release(number);
                    return false;
                }
                return true;

            case FLOOD:
                flood(key.vni()).added().add(number);
                return true;

            default:
                return true;
        }
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
                remotes.release(known((Vtep)value));
                break;
        }
    }

    @Override
    public void commit()
    {
        floods.forEachInt((vni, change) ->
        {
            final Segment segment = forwarding.segments().lookup(vni);
            segment.floodList().change(change.removed(), change.added());
            // Readers can no longer find them.
            change.removed().forEachInt(remotes::release);
        });
        floods.clear();
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
