// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.decap;

import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;

/**
 * Carries congestion marks of the outer header into the inner one (RFC 6040 §4.2, figure 4; Linux {@code
 * IP_ECN_decapsulate}).
 *
 * <pre>
 *  inner \ outer   Not-ECT   ECT(0)    ECT(1)    CE
 *  Not-ECT         Not-ECT   Not-ECT   Not-ECT   drop
 *  ECT(0)          ECT(0)    ECT(0)    ECT(1)    CE
 *  ECT(1)          ECT(1)    ECT(1)    ECT(1)    CE
 *  CE              CE        CE        CE        CE
 * </pre>
 *
 * <p>Linux reads only the first Ethernet type, so it neither marks nor drops VLAN-tagged frames; this class looks
 * behind the tags.
 */
final class EcnDecap
{
    /** The two bits of a type of service octet. */
    static final int MASK = 3;

    private static final int NOT_ECT = 0;
    private static final int ECT_1 = 1;
    private static final int ECT_0 = 2;
    private static final int CE = 3;

    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();

    /**
     * @param layer3 of the frame, which is an Ethernet frame.
     * @param tos    the outer type of service or traffic class.
     * @return {@link DropReason#NONE} or {@link DropReason#ECN_NOT_CAPABLE}.
     */
    DropReason apply(final Frame frame, final int layer3, final int tos)
    {
        final int l3Offset = frame.offset() + Layer3.offset(layer3);
        final int l3Length = frame.length() - Layer3.offset(layer3);
        final boolean isV4 = Layer3.etherType(layer3) == EtherType.IPV4;
        if (isV4 ?
            l3Length < Ipv4Header.LENGTH :
            l3Length < Ipv6Header.LENGTH || Layer3.etherType(layer3) != EtherType.IPV6)
        {
            return DropReason.NONE;
        }
        ipv4.wrap(frame.buffer(), l3Offset, l3Length);
        ipv6.wrap(frame.buffer(), l3Offset, l3Length);
        final int inner = isV4 ? ipv4.ecn() : ipv6.ecn();
        final int outer = tos & MASK;
        if (outer == CE && (inner == ECT_0 || inner == ECT_1) || outer == ECT_1 && inner == ECT_0)
        {
            if (isV4)
            {
                ipv4.ecn(outer);
            }
            else
            {
                ipv6.ecn(outer);
            }
        }
        return inner == NOT_ECT && outer == CE ? DropReason.ECN_NOT_CAPABLE : DropReason.NONE;
    }
}
