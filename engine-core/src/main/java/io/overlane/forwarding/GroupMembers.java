// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.control.FdbRequest;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.SegmentTable;
import java.util.Arrays;

/** Remotes of groups: which one is meant, and how it leaves. */
final class GroupMembers
{
    private final Fdb fdb;
    private final RemoteTable remotes;
    private final SegmentTable segments;
    private final Ownership ownership;

    GroupMembers(final Fdb fdb, final RemoteTable remotes, final SegmentTable segments, final Ownership ownership)
    {
        this.segments = segments;
        this.ownership = ownership;
        this.fdb = fdb;
        this.remotes = remotes;
    }

    /** Where in a list the remote is that a request names, or -1. */
    int place(final int[] list, final FdbRequest request)
    {
        for (int i = 0; i < list.length; i++)
        {
            if (is(list[i], request))
            {
                return i;
            }
        }
        return -1;
    }

    boolean is(final int remote, final FdbRequest request)
    {
        return isAt(remote, request.remote().address()) &&
            remotes.udpPort(remote) == request.remote().udpPort() &&
            remotes.vni(remote) == request.remoteVni();
    }

    /** Whether a destination is a remote with this address, of whatever port and VNI. */
    boolean isAt(final int destination, final IpAddress address)
    {
        return FdbEntry.target(destination) == FdbEntry.REMOTE &&
            remotes.high(destination) == address.high() && remotes.low(destination) == address.low();
    }

    /** Take out a whole entry. */
    void remove(final int vni, final long mac)
    {
        if (FdbEntry.kind(fdb.remove(vni, mac)) != FdbEntry.LEARNED)
        {
            ownership.onRemoved(vni, mac);
        }
    }

    /** Take one remote out of the entry of a group; with the last one the entry goes. */
    void remove(final int vni, final long mac, final long word, final int place)
    {
        final int[] list = remotes.lists().get(FdbEntry.number(word));
        final int[] shorter = Arrays.copyOf(list, list.length - 1);
        System.arraycopy(list, place + 1, shorter, place, shorter.length - place);
        remotes.lists().set(FdbEntry.number(word), shorter);
        if (shorter.length == 0)
        {
            fdb.remove(vni, mac);
        }
        if (FdbEntry.isConfigured(word))
        {
            forget(vni, list[place]);
        }
        remotes.release(list[place]);
    }

    /** Take one remote out of the flood list. */
    void removeFlood(final int vni, final int remote)
    {
        ownership.onFloodRemoved(vni, remote);
        segments.lookup(vni).floodList().remove(remote);
        forget(vni, remote);
        remotes.release(remote);
    }

    /** The configuration names the address of a remote. */
    void know(final int vni, final int remote)
    {
        segments.lookup(vni).knownSources().add(remotes.high(remote), remotes.low(remote));
    }

    private void forget(final int vni, final int remote)
    {
        segments.lookup(vni).knownSources().remove(remotes.high(remote), remotes.low(remote));
    }
}
