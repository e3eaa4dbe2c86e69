// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.FdbFilter;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.FdbRow;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.LocalPorts;
import io.overlane.segment.Segment;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import org.jspecify.annotations.Nullable;

/** Lists and removes the FDB entries that a filter selects. */
final class FdbSweep
{
    private final Forwarding tables;
    private final FdbWriter writer;

    FdbSweep(final Forwarding tables, final FdbWriter writer)
    {
        this.tables = tables;
        this.writer = writer;
    }

    int flush(final FdbFilter filter)
    {
        final int[] flushed = new int[1];
        if (FdbRequest.FLOOD_LIST.equals(filter.mac()))
        {
            forEachFlood(filter, (segment, remote) ->
            {
                writer.removeFlood(segment.vni(), remote);
                flushed[0]++;
            });
            return flushed[0];
        }
        forEach(filter, (vni, mac, word, lastSeenMs) -> flushed[0] += flush(filter.remote(), vni, mac, word));
        return flushed[0];
    }

    void list(final FdbFilter filter, final Consumer<FdbRow> consumer)
    {
        forEachFlood(filter, (segment, remote) -> consumer.accept(
            row(segment.vni(), 0, FdbEntry.word(FdbEntry.STATIC, remote, false), 0)));
        forEach(filter, (vni, mac, word, lastSeenMs) ->
        {
            for (final int remote : tables.remotesOf(word))
            {
                if (filter.remote() == null || writer.isAt(remote, filter.remote()))
                {
                    final long one = FdbEntry.word(FdbEntry.kind(word), remote, FdbEntry.isRouter(word));
                    consumer.accept(row(vni, mac, one, lastSeenMs));
                }
            }
        });
    }

    private int flush(final @Nullable IpAddress remote, final int vni, final long mac, final long word)
    {
        if (remote == null || FdbEntry.target(word) != FdbEntry.LIST)
        {
            if (remote != null && !writer.isAt(FdbEntry.destination(word), remote))
            {
                return 0;
            }
            writer.remove(vni, mac);
            return 1;
        }
        final int[] list = tables.remotesOf(word);
        int flushed = 0;
        for (int i = list.length - 1; i >= 0; i--)
        {
            if (writer.isAt(list[i], remote))
            {
                writer.remove(vni, mac, word, i);
                flushed++;
            }
        }
        return flushed;
    }

    /** The entries that a filter selects by all but their remotes; one lookup if it names VNI and MAC. */
    private void forEach(final FdbFilter filter, final Fdb.EntryConsumer consumer)
    {
        final Fdb fdb = tables.fdb();
        final Fdb.EntryConsumer matching = (vni, mac, word, lastSeenMs) ->
        {
            if (filter.matches(vni, mac, FdbEntry.kindOf(word), fdb.owner(vni, mac)))
            {
                consumer.accept(vni, mac, word, lastSeenMs);
            }
        };
        if (filter.vni() == FdbFilter.ANY || filter.mac() == null)
        {
            fdb.forEach(matching);
            return;
        }
        final long mac = filter.mac().value();
        final long word = fdb.lookup(filter.vni(), mac);
        if (word != FdbEntry.MISSING)
        {
            matching.accept(filter.vni(), mac, word, fdb.lastSeenMs(filter.vni(), mac));
        }
    }

    private void forEachFlood(final FdbFilter filter, final ObjIntConsumer<Segment> consumer)
    {
        if (filter.mac() != null && !FdbRequest.FLOOD_LIST.equals(filter.mac()))
        {
            return;
        }
        for (final Segment segment : tables.segments().all())
        {
            if (filter.matches(segment.vni(), 0, FdbKind.STATIC, FdbRequest.NO_OWNER))
            {
                for (final int remote : segment.floodList().remotes())
                {
                    if (filter.remote() == null || writer.isAt(remote, filter.remote()))
                    {
                        consumer.accept(segment, remote);
                    }
                }
            }
        }
    }

    private FdbRow row(final int vni, final long mac, final long word, final long lastSeenMs)
    {
        final int number = FdbEntry.number(word);
        final Vtep remote = tables.remotes().vtep(number);
        final LocalPort port = LocalPorts.isPort(remote.address()) ? tables.segment(vni).ports().find(number) : null;
        final int remoteVni = tables.remotes().vni(number);
        return new FdbRow(
            vni,
            new MacAddress(mac),
            FdbEntry.kindOf(word),
            FdbEntry.isRouter(word),
            port == null ? remote : null,
            remoteVni == RemoteTable.SEGMENTS_VNI ? null : remoteVni,
            port == null ? null : port.port().name(),
            lastSeenMs,
            writer.owners(vni, mac, number));
    }
}
