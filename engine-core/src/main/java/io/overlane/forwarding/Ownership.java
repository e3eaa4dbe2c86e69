// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.MacAddress;
import io.overlane.control.Entry;
import io.overlane.control.EntryKey;
import io.overlane.control.FdbKind;
import io.overlane.control.FdbRequest;
import io.overlane.control.TableOperations;
import io.overlane.fdb.Fdb;
import io.overlane.remote.RemoteTable;
import java.util.List;

/**
 * Records the owners of FDB entries that operations put and take out, so that a state which is applied later does not
 * change them. A state cannot contain entries of groups, or flood entries with a VNI of their own: these have no owner.
 */
final class Ownership
{
    private final Reconciler reconciler;
    private final RemoteTable remotes;

    Ownership(final Reconciler reconciler, final RemoteTable remotes)
    {
        this.reconciler = reconciler;
        this.remotes = remotes;
    }

    /** The requested entry is in the tables and belongs to the owner of the request, whoever owned it before. */
    void onPut(final FdbRequest request)
    {
        final String owner =
            request.owner() == Fdb.NO_OWNER ? TableOperations.OWNER : "control plane " + request.owner();
        if (!request.isGroup())
        {
            reconciler.take(
                owner, new Entry.Fdb(request.vni(), request.mac(), request.remote(), attributes(request)));
        }
        else if (request.isFloodList() && request.remoteVni() == RemoteTable.SEGMENTS_VNI)
        {
            reconciler.take(owner, new Entry.Flood(request.vni(), request.remote()));
        }
    }

    void onRemoved(final int vni, final long mac)
    {
        reconciler.forget(fdb(vni, mac));
    }

    void onFloodRemoved(final int vni, final int remote)
    {
        if (remotes.vni(remote) == RemoteTable.SEGMENTS_VNI)
        {
            reconciler.forget(flood(vni, remote));
        }
    }

    List<String> owners(final int vni, final long mac, final int remote)
    {
        final boolean isFlood = mac == FdbRequest.FLOOD_LIST.value();
        return isFlood && remotes.vni(remote) != RemoteTable.SEGMENTS_VNI ?
            List.of() :
            reconciler.owners(isFlood ? flood(vni, remote) : fdb(vni, mac));
    }

    private static EntryKey fdb(final int vni, final long mac)
    {
        return new EntryKey(EntryKey.Kind.FDB, vni, new MacAddress(mac));
    }

    private EntryKey flood(final int vni, final int remote)
    {
        return new EntryKey(EntryKey.Kind.FLOOD, vni, remotes.vtep(remote));
    }

    private static String attributes(final FdbRequest request)
    {
        return (request.kind() == FdbKind.DYNAMIC ? " dynamic" : "") +
            (request.isRouter() ? " router" : "") +
            (request.remoteVni() == RemoteTable.SEGMENTS_VNI ? "" : " with VNI " + request.remoteVni());
    }
}
