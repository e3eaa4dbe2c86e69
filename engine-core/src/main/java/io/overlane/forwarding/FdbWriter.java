// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.MacAddress;
import io.overlane.address.Vtep;
import io.overlane.control.Entry;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.fdb.FdbEntry;
import io.overlane.remote.RemoteTable;
import io.overlane.segment.KnownSources;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Removes FDB entries, and remotes of groups and flood lists, for operations. It keeps the owners of entries in step,
 * so that a state which is applied later does not change what an operation put. A state cannot contain entries of
 * groups, or flood entries with a VNI of their own: these have no owner.
 */
final class FdbWriter
{
    private final Forwarding tables;

    FdbWriter(final Forwarding tables)
    {
        this.tables = tables;
    }

    /** The index of the remote that a request names, or -1. */
    int indexOf(final int[] list, final FdbRequest request)
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
        final Vtep named = request.remote();
        return named != null && isAt(remote, named.address()) &&
            tables.remotes().udpPort(remote) == named.udpPort() &&
            tables.remotes().vni(remote) == request.remoteVni();
    }

    /** Whether a destination is a remote with this address, of any port and VNI. */
    boolean isAt(final int destination, final IpAddress address)
    {
        return FdbEntry.target(destination) == FdbEntry.REMOTE &&
            tables.remotes().high(destination) == address.high() &&
            tables.remotes().low(destination) == address.low();
    }

    void remove(final int vni, final long mac)
    {
        if (FdbEntry.kind(tables.fdb().remove(vni, mac)) != FdbEntry.LEARNED)
        {
            tables.reconciler().forget(fdbKey(vni, mac));
        }
    }

    /** Remove one remote of a group's entry; the entry is removed with its last remote. */
    void remove(final int vni, final long mac, final long word, final int index)
    {
        final RemoteTable remotes = tables.remotes();
        final int[] list = remotes.lists().get(FdbEntry.number(word));
        final int[] shorter = Arrays.copyOf(list, list.length - 1);
        System.arraycopy(list, index + 1, shorter, index, shorter.length - index);
        remotes.lists().set(FdbEntry.number(word), shorter);
        if (shorter.length == 0)
        {
            tables.fdb().remove(vni, mac);
        }
        if (FdbEntry.isConfigured(word))
        {
            tables.removeSource(sources(vni), list[index]);
        }
        remotes.release(list[index]);
    }

    void removeFlood(final int vni, final int remote)
    {
        if (tables.remotes().vni(remote) == RemoteTable.SEGMENTS_VNI)
        {
            tables.reconciler().forget(floodKey(vni, remote));
        }
        tables.segment(vni).floodList().remove(remote);
        tables.removeSource(sources(vni), remote);
        tables.remotes().release(remote);
    }

    KnownSources sources(final int vni)
    {
        return tables.segment(vni).knownSources();
    }

    /** The requested entry is in the tables; from now on it belongs to the owner of the request only. */
    void own(final FdbRequest request)
    {
        final String owner =
            request.owner() == FdbRequest.NO_OWNER ? TableOperations.OWNER : name(request.owner());
        final Vtep remote = Objects.requireNonNull(request.remote(), "remote");
        if (!request.isGroup())
        {
            tables.reconciler().take(
                owner, new Entry.Fdb(request.vni(), request.mac(), remote, attributes(request)));
        }
        else if (request.isFloodList() && request.remoteVni() == RemoteTable.SEGMENTS_VNI)
        {
            tables.reconciler().take(owner, new Entry.Flood(request.vni(), remote));
        }
    }

    /** The names of the owners of an entry. */
    List<String> owners(final int vni, final long mac, final int remote)
    {
        if (mac != FdbRequest.FLOOD_LIST.value())
        {
            final List<String> owners = tables.reconciler().owners(fdbKey(vni, mac));
            final int number = tables.fdb().owner(vni, mac);
            return owners.isEmpty() && number != FdbRequest.NO_OWNER ? List.of(name(number)) : owners;
        }
        return tables.remotes().vni(remote) == RemoteTable.SEGMENTS_VNI ?
            tables.reconciler().owners(floodKey(vni, remote)) :
            List.of();
    }

    private static String name(final int owner)
    {
        return "control plane " + owner;
    }

    private static Entry.Key fdbKey(final int vni, final long mac)
    {
        return new Entry.Key(Entry.Kind.FDB, vni, new MacAddress(mac));
    }

    private Entry.Key floodKey(final int vni, final int remote)
    {
        return new Entry.Key(Entry.Kind.FLOOD, vni, tables.remotes().vtep(remote));
    }

    private static String attributes(final FdbRequest request)
    {
        return (request.kind() == FdbKind.DYNAMIC ? " dynamic" : "") +
            (request.isRouter() ? " router" : "") +
            (request.remoteVni() == RemoteTable.SEGMENTS_VNI ? "" : " with VNI " + request.remoteVni());
    }
}
