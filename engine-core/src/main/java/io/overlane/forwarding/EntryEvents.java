// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.control.FdbChange;
import io.overlane.event.delivery.EventQueue;
import io.overlane.fdb.FdbEntry;
import io.overlane.fdb.FdbListener;
import io.overlane.limit.RateLimit;
import io.overlane.remote.RemoteTable;
import io.overlane.table.Hash;
import org.jspecify.annotations.Nullable;

/**
 * Makes events of the changes of the FDB. Each pinned MAC, and each place that brings too many MACs, has an event once
 * a second at most; it may have none in a second if another one shares its slot.
 */
final class EntryEvents implements FdbListener
{
    private static final int SLOTS = 1024;

    private final @Nullable EventQueue queue;
    private final RemoteTable remotes;
    private final RateLimit oncePerSecond = new RateLimit(1, 1, SLOTS);

    /** @param queue null if nobody wants events. */
    EntryEvents(final @Nullable EventQueue queue, final RemoteTable remotes)
    {
        this.queue = queue;
        this.remotes = remotes;
    }

    @Override
    public void onFdbChange(
        final FdbChange change, final int vni, final long mac, final long word, final long other)
    {
        if (queue != null && queue.isOn() && (change != FdbChange.PINNED || isNews(queue, Hash.mix(vni, mac))))
        {
            final int place = place(word);
            final int otherPlace = other == FdbEntry.MISSING ? RemoteTable.MISSING : place(other);
            queue.offerFdbChange(
                change,
                vni,
                mac,
                word,
                high(place),
                low(place),
                udpPort(place),
                high(otherPlace),
                low(otherPlace),
                udpPort(otherPlace));
        }
    }

    @Override
    public void onLearnLimited(final int vni, final long high, final long low, final int udpPort)
    {
        if (queue != null && queue.isOn() && isNews(queue, Hash.mix(Hash.mix(vni, high), low)))
        {
            queue.offerLearnLimited(vni, high, low, udpPort);
        }
    }

    private boolean isNews(final EventQueue open, final long hash)
    {
        return oncePerSecond.take((int)hash & SLOTS - 1, 1, open.nowNs());
    }

    private static int place(final long word)
    {
        return FdbEntry.target(word) == FdbEntry.REMOTE ? FdbEntry.number(word) : RemoteTable.MISSING;
    }

    private long high(final int place)
    {
        return place == RemoteTable.MISSING ? 0 : remotes.high(place);
    }

    private long low(final int place)
    {
        return place == RemoteTable.MISSING ? 0 : remotes.low(place);
    }

    private int udpPort(final int place)
    {
        return place == RemoteTable.MISSING ? 0 : remotes.udpPort(place);
    }
}
