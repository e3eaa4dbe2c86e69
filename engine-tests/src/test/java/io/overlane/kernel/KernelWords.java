// SPDX-License-Identifier: Apache-2.0
package io.overlane.kernel;

import io.overlane.control.TableResult;
import io.overlane.status.DropReason;
import io.overlane.testdata.kernel.KernelCase;
import java.util.Map;

/** The kernel's and iproute2's words, and ours for the same. */
public final class KernelWords
{
    private static final Map<String, DropReason> REASONS = Map.of(
        "UDP_CSUM", DropReason.UDP_CHECKSUM,
        "VXLAN_VNI_NOT_FOUND", DropReason.UNKNOWN_VNI,
        "NOMEM", DropReason.INNER_TOO_SHORT,
        "LOCAL_MAC", DropReason.OWN_MAC,
        "MAC_INVALID_SOURCE", DropReason.BAD_SOURCE_MAC,
        "VXLAN_ENTRY_EXISTS", DropReason.STATIC_VIOLATION,
        "IP_TUNNEL_ECN", DropReason.ECN_NOT_CAPABLE);

    private static final Map<String, TableResult> RESULTS = Map.of(
        "done", TableResult.DONE,
        "refused: RTNETLINK answers: File exists", TableResult.EXISTS,
        "refused: RTNETLINK answers: Operation not supported", TableResult.NOT_SUPPORTED,
        "refused: Error: Cannot replace non-unicast fdb entries.", TableResult.NOT_SUPPORTED,
        "refused: RTNETLINK answers: No such file or directory", TableResult.NOT_FOUND,
        "refused: RTNETLINK answers: Invalid argument", TableResult.NO_REMOTE,
        "refused: RTNETLINK answers: Address family not supported by protocol", TableResult.WRONG_FAMILY,
        "refused: RTNETLINK answers: No space left on device", TableResult.NO_ROOM);

    private KernelWords()
    {
    }

    /**
     * Our name for what the kernel did with a packet it received. Its names are coarser: three of ours are one of its.
     *
     * @param kernel the case.
     * @return {@code NONE} if the frame was delivered.
     */
    public static DropReason verdict(final KernelCase kernel)
    {
        if (!kernel.isDropped())
        {
            return DropReason.NONE;
        }
        if (kernel.dropReasons().contains("VXLAN_INVALID_HDR"))
        {
            return kernel.name().startsWith("I flag") ? DropReason.NO_I_FLAG : DropReason.RESERVED_BITS;
        }
        if (kernel.dropReasons().contains("PKT_TOO_SMALL"))
        {
            return kernel.name().startsWith("udp length") ? DropReason.BAD_OUTER_HEADER :
                kernel.name().startsWith("udp payload") ? DropReason.SHORT_HEADER : DropReason.INNER_IP_TRUNCATED;
        }
        for (final Map.Entry<String, DropReason> reason : REASONS.entrySet())
        {
            if (kernel.dropReasons().contains(reason.getKey()))
            {
                return reason.getValue();
            }
        }
        if (kernel.dropReasons().contains("NO_SOCKET"))
        {
            return DropReason.NO_SOCKET;
        }
        throw new IllegalStateException("no name of ours for what is dropped in " + kernel);
    }

    /**
     * @param kernel a case that is an operation on the FDB.
     * @return our name for what became of it.
     */
    public static TableResult result(final KernelCase kernel)
    {
        final TableResult result = RESULTS.get(kernel.one("result"));
        if (result == null)
        {
            throw new IllegalStateException("no name of ours for the result of " + kernel);
        }
        return result;
    }

    /**
     * @param verdict on something received.
     * @return in words.
     */
    public static String fate(final DropReason verdict)
    {
        return verdict == DropReason.NONE ? "delivered" : "dropped: " + verdict.label();
    }
}
