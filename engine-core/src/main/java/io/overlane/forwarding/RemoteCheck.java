// SPDX-License-Identifier: Apache-2.0
package io.overlane.forwarding;

import io.overlane.address.IpAddress;
import io.overlane.address.Vtep;
import io.overlane.control.TableResult;
import io.overlane.remote.RemoteTable;
import io.overlane.underlay.Underlay;
import io.overlane.underlay.UnderlayFeature;

/**
 * Checks whether an underlay can send to a remote. Everything that configures a remote uses this check. Immutable.
 *
 * <table>
 *   <caption>Comparison with Linux</caption>
 *   <tr><th>Remote</th><th>Linux</th><th>Here</th></tr>
 *   <tr><td>of another family</td><td>EAFNOSUPPORT</td><td>refused</td></tr>
 *   <tr><td>{@code 0.0.0.0}, {@code ::}</td><td>accepted, each frame is dropped</td><td>refused</td></tr>
 *   <tr><td>{@code 255.255.255.255}</td><td>accepted, each frame is dropped</td><td>refused</td></tr>
 *   <tr><td>a multicast group</td><td>accepted</td><td>accepted if the underlay has groups</td></tr>
 *   <tr><td>ourselves, for a station</td><td>accepted, the device receives it</td><td>accepted, likewise</td></tr>
 *   <tr><td>ourselves, in a segment's own flood list</td><td>accepted, each frame comes back</td><td>refused</td></tr>
 * </table>
 */
public final class RemoteCheck
{
    private static final IpAddress BROADCAST = IpAddress.ofV4(-1);

    private final Vtep local;
    private final boolean hasGroups;

    /** @param underlay that has to reach the remotes. */
    public RemoteCheck(final Underlay underlay)
    {
        local = underlay.local();
        hasGroups = underlay.features().contains(UnderlayFeature.MULTICAST);
    }

    /** @return address of the underlay. */
    IpAddress local()
    {
        return local.address();
    }

    /**
     * @param address of a remote, or a group.
     * @return {@link TableResult#DONE} if datagrams can be sent to it, else the reason.
     */
    public TableResult address(final IpAddress address)
    {
        // A socket bound to an IPv6 address may send to both families.
        if (local.address().isV4() && !address.isV4())
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
     * @param remote    to get copies of the frames that a segment floods.
     * @param remoteVni VNI of the copies, or {@link RemoteTable#SEGMENTS_VNI}.
     * @return {@link TableResult#DONE} if it can get them, else the reason.
     */
    public TableResult flood(final Vtep remote, final int vni, final int remoteVni)
    {
        final boolean isSegment = remoteVni == RemoteTable.SEGMENTS_VNI || remoteVni == vni;
        return isSegment && remote.equals(local) ? TableResult.OURSELVES : address(remote.address());
    }

    /**
     * The same for copies with the VNI of the segment.
     *
     * @param remote to get copies of the frames that a segment floods.
     * @return {@link TableResult#DONE} if it can get them, else the reason.
     */
    public TableResult flood(final Vtep remote)
    {
        return flood(remote, 0, RemoteTable.SEGMENTS_VNI);
    }

    /**
     * @param result  of a check.
     * @param setting that was checked, for the message.
     * @throws IllegalArgumentException with one line unless the result is {@link TableResult#DONE}.
     */
    public static void require(final TableResult result, final String setting)
    {
        if (result != TableResult.DONE)
        {
            throw new IllegalArgumentException(setting + ": " + result.words());
        }
    }
}
