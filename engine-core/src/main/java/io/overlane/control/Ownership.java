// SPDX-License-Identifier: Apache-2.0
package io.overlane.control;

import io.overlane.address.MacAddress;
import io.overlane.fdb.Fdb;
import io.overlane.fdb.FdbEntry;
import io.overlane.reconcile.EntryKey;
import io.overlane.reconcile.Reconciler;
import io.overlane.remote.RemoteTable;

/**
 * Notes whose the entries are that operations put and take out: no state that is applied later removes or changes what
 * an operation put. Entries of groups, and flood entries with a VNI of their own, are in no state and need no note.
 */
final class Ownership
{
    private final Reconciler reconciler;
    private final RemoteTable remotes;
    private final String user;

    Ownership(final Reconciler reconciler, final RemoteTable remotes, final String user)
    {
        this.reconciler = reconciler;
        this.remotes = remotes;
        this.user = user;
    }

    /** What was asked for is in the tables, and the asker's, whoever had it before. */
    void onPut(final FdbRequest request)
    {
        final String owner = request.owner() == Fdb.NO_OWNER ? user : "control plane " + request.owner();
        if (!request.isGroup())
        {
            reconciler.take(owner, EntryKey.fdb(request.vni(), request.mac()), value(request));
        }
        else if (request.isEverythingElse() && request.remoteVni() == RemoteTable.SEGMENTS_VNI)
        {
            reconciler.take(owner, EntryKey.flood(request.vni(), request.remote()), request.remote());
        }
    }

    void onRemoved(final int vni, final long mac)
    {
        reconciler.forget(EntryKey.fdb(vni, new MacAddress(mac)));
    }

    void onFloodRemoved(final int vni, final int remote)
    {
        if (remotes.vni(remote) == RemoteTable.SEGMENTS_VNI)
        {
            reconciler.forget(EntryKey.flood(vni, remotes.vtep(remote)));
        }
    }

    /** Equal to what a state says only where a state can say as much. */
    private static Object value(final FdbRequest request)
    {
        final String more = (request.kind() == FdbEntry.DYNAMIC ? " dynamic" : "") +
            (request.isRouter() ? " router" : "") +
            (request.remoteVni() == RemoteTable.SEGMENTS_VNI ? "" : " with VNI " + request.remoteVni());
        return more.isEmpty() ? request.remote() : request.remote() + more;
    }
}
