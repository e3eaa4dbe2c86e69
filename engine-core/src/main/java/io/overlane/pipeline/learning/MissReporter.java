// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.learning;

import io.overlane.address.MacAddress;
import io.overlane.event.delivery.EventQueue;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.table.Hash;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.NanoClock;

/**
 * Reports what one thread finds out about stations, while somebody wants events: stations and neighbours that it looked
 * up and did not find, so that a resolver can find them; stations that send from a port and from a remote; and claims
 * of IP addresses. Each is reported once a second at most, unless another one took its slot in the meantime.
 */
public final class MissReporter
{
    /** A station that sent from a remote this short a time ago, and sends from a port now, has not just moved. */
    private static final long BOTH_SIDES_MS = TimeUnit.SECONDS.toMillis(2);

    private final EventQueue events;
    private final NanoClock clock;
    private final RecentNews news;
    private final ClaimReporter claims;

    public MissReporter(final EventQueue events, final NanoClock clock)
    {
        this.events = events;
        this.clock = clock;
        news = new RecentNews(events, clock);
        claims = new ClaimReporter(events, clock);
    }

    /** Whether somebody wants events. */
    public boolean isOn()
    {
        return events.isOn();
    }

    /** Reports which MAC claims which IP address. */
    public ClaimReporter claims()
    {
        return claims;
    }

    public void onStation(final int vni, final long mac)
    {
        if (news.isNews(Hash.mix(vni, mac)))
        {
            events.offerUnknownStation(vni, mac);
        }
    }

    public void onNeighbor(final int vni, final long high, final long low)
    {
        if (news.isNews(Hash.mix(Hash.mix(~vni, high), low)))
        {
            events.offerUnknownNeighbor(vni, high, low);
        }
    }

    /**
     * A station sent a frame from the only port of its segment. Report it if it sent from a remote shortly before.
     *
     * @param source MAC of the station.
     */
    public void onPortStation(final int vni, final long source, final Fdb fdb, final RemoteTable remotes)
    {
        final long entry = fdb.lookup(vni, source);
        if (FdbEntry.kind(entry) == FdbEntry.LEARNED && MacAddress.isValidSource(source) &&
            TimeUnit.NANOSECONDS.toMillis(clock.nanoTime()) - fdb.lastSeenMs(vni, source) < BOTH_SIDES_MS &&
            news.isNews(Hash.mix(Hash.mix(vni, source), FdbEntry.LEARNED)))
        {
            final int remote = FdbEntry.remote(entry);
            events.offerMacConflict(vni, source, remotes.high(remote), remotes.low(remote), remotes.udpPort(remote));
        }
    }
}
