// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.LocalPort;
import io.overlane.segment.Segment;

/** Recounts the references to each remote by entries, flood lists, routes, ports, and sources that owners want. */
public final class RemoteRecount
{
    private RemoteRecount()
    {
    }

    /** The references that each remote should have, by its number. */
    public static int[] of(final Forwarding forwarding)
    {
        final RemoteTable remotes = forwarding.remotes();
        final int[] counted = new int[remotes.maxRemotes()];
        forwarding.fdb().forEach((vni, mac, word, stamp) ->
        {
            final int number = FdbEntry.number(word);
            count(counted, FdbEntry.target(word) == FdbEntry.LIST ? remotes.lists().get(number) : new int[]{number});
        });
        for (final Segment segment : forwarding.segments().all())
        {
            count(counted, segment.floodList().remotes());
            count(counted, segment.ports().all().stream().mapToInt(LocalPort::number)
                .filter(number -> number != LocalPort.UNNUMBERED).toArray());
            for (int remote = 0; remote < counted.length; remote++)
            {
                counted[remote] += isWantedSource(forwarding, segment.vni(), remote) ? 1 : 0;
            }
        }
        forwarding.routes().forEach((prefix, target) -> count(counted, target));
        return counted;
    }

    private static boolean isWantedSource(final Forwarding forwarding, final int vni, final int remote)
    {
        final RemoteTable remotes = forwarding.remotes();
        if (remotes.references(remote) == 0 || remotes.vni(remote) != RemoteTable.SEGMENTS_VNI)
        {
            return false;
        }
        final Vtep vtep = remotes.vtep(remote);
        return !forwarding.reconciler().owners(new Entry.Key(Entry.Kind.REMOTE, vni, vtep)).isEmpty();
    }

    private static void count(final int[] counted, final int... remotes)
    {
        for (final int remote : remotes)
        {
            counted[remote]++;
        }
    }
}
