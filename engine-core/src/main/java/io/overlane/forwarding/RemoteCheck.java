// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.TableResult;
import io.overlane.remote.RemoteTable;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;

/**
 * Which remotes can be configured: those to which the underlay can send a datagram. Everything that configures a remote
 * asks here. Immutable.
 *
 * <table>
 *   <caption>Beside Linux</caption>
 *   <tr><th>Remote</th><th>Linux</th><th>Here</th></tr>
 *   <tr><td>of another family</td><td>EAFNOSUPPORT</td><td>refused</td></tr>
 *   <tr><td>{@code 0.0.0.0}, {@code ::}</td><td>taken, each frame is dropped</td><td>refused</td></tr>
 *   <tr><td>{@code 255.255.255.255}</td><td>taken, each frame is dropped</td><td>refused</td></tr>
 *   <tr><td>a multicast group</td><td>taken</td><td>taken where the underlay has groups</td></tr>
 *   <tr><td>ourselves, for a station</td><td>taken, the device receives it</td><td>taken, likewise</td></tr>
 *   <tr><td>ourselves, for a segment's own floods</td><td>taken, each frame comes back</td><td>refused</td></tr>
 * </table>
 */
public final class RemoteCheck
{
    /** Takes every remote, for tables without an underlay. */
    public static final RemoteCheck NONE = new RemoteCheck(null, true);

    private static final IpAddress BROADCAST = IpAddress.ofV4(-1);

    /** Null: not known. */
    private final Vtep local;
    private final boolean hasGroups;

    private RemoteCheck(final Vtep local, final boolean hasGroups)
    {
        this.local = local;
        this.hasGroups = hasGroups;
    }

    /**
     * @param underlay that has to reach the remotes.
     * @return a check for it.
     */
    public static RemoteCheck of(final Underlay underlay)
    {
        return new RemoteCheck(underlay.local(), underlay.features().contains(UnderlayFeature.MULTICAST));
    }

    /**
     * @param address of a remote, or a group.
     * @return {@link TableResult#DONE} if datagrams can be sent to it, else why not.
     */
    public TableResult address(final IpAddress address)
    {
        // A socket of an IPv6 address may be for both.
        if (local != null && local.address().isV4() && !address.isV4())
        {
            return TableResult.WRONG_FAMILY;
        }
        if (address.isAny() || address.equals(BROADCAST))
        {
            return TableResult.NO_DESTINATION;
        }
        return address.isMulticast() && !hasGroups ? TableResult.NO_GROUPS : TableResult.DONE;
    }

    /**
     * @param remote    gets copies of what a segment floods.
     * @param vni       of the segment.
     * @param remoteVni with which it gets them, or {@link RemoteTable#SEGMENTS_VNI}.
     * @return {@link TableResult#DONE} if it can, else why not.
     */
    public TableResult flood(final Vtep remote, final int vni, final int remoteVni)
    {
        final boolean isSegment = remoteVni == RemoteTable.SEGMENTS_VNI || remoteVni == vni;
        return isSegment && remote.equals(local) ? TableResult.OURSELVES : address(remote.address());
    }

    /**
     * The same for one VNI on both sides.
     *
     * @param remote gets copies of what a segment floods.
     * @return {@link TableResult#DONE} if it can, else why not.
     */
    public TableResult flood(final Vtep remote)
    {
        return flood(remote, 0, RemoteTable.SEGMENTS_VNI);
    }

    /**
     * @param result  of a check.
     * @param setting what is configured.
     * @throws IllegalArgumentException with one line unless it is {@link TableResult#DONE}.
     */
    public static void require(final TableResult result, final String setting)
    {
        if (result != TableResult.DONE)
        {
            throw new IllegalArgumentException(setting + ": " + result.words());
        }
    }
}
