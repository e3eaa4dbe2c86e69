// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.encap;

import io.overlane.frame.Frame;
import io.overlane.parse.Layer3;
import io.overlane.underlay.DontFragment;
import io.overlane.underlay.EcnEncap;
import io.overlane.underlay.OuterContext;
import io.overlane.underlay.OuterFields;
import io.overlane.wire.EtherType;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import java.nio.ByteOrder;
import org.agrona.MutableDirectBuffer;

/**
 * The fields of a frame's outer header (Linux {@code vxlan_xmit_one}). The inner IP header is read only if a field is
 * taken from it; nothing is taken from a frame that is not IP or is too short.
 */
final class OuterRule
{
    private static final int ECN_MASK = 3;
    private static final int DF_BIT = 0x40;

    private static final int ECN_BITS = 2;

    private final boolean inheritsTtl;
    private final boolean inheritsTos;
    private final boolean inheritsDf;
    private final boolean isFixed;
    /** The default: only the congestion bits of the inner header are read. */
    private final boolean isEcnOnly;
    private final int tos;
    private final int ttl;
    private final int df;
    private final int notIp;
    /** Outer congestion bits by inner ones, two bits for each of the four. */
    private final int ecn;

    /** @param settings concluded settings. */
    OuterRule(final OuterContext settings)
    {
        inheritsTtl = settings.ttl() == OuterContext.INHERIT;
        inheritsTos = settings.tos() == OuterContext.INHERIT;
        inheritsDf = settings.dontFragment() == DontFragment.INHERIT;
        ttl = Math.max(settings.ttl(), 0);
        tos = Math.max(settings.tos(), 0);
        df = switch (settings.dontFragment())
        {
            case SET -> OuterFields.DF_SET;
            case UNSET -> OuterFields.DF_CLEAR;
            default -> OuterFields.DF_DEFAULT;
        };
        final EcnEncap encap = settings.ecn() == null ? EcnEncap.OFF : settings.ecn();
        int outerBits = 0;
        for (int i = 0; i <= ECN_MASK; i++)
        {
            outerBits |= encap.encap(i) << i * ECN_BITS;
        }
        ecn = outerBits;
        isEcnOnly = !inheritsTtl && !inheritsTos && !inheritsDf;
        isFixed = isEcnOnly && encap == EcnEncap.OFF;
        notIp = OuterFields.pack(tos, ttl, inheritsDf ? OuterFields.DF_CLEAR : df);
    }

    /**
     * @param frame  without tunnel header; its bytes may be anything.
     * @param layer3 the frame's {@link Layer3}.
     * @return packed {@link OuterFields}.
     */
    int of(final Frame frame, final int layer3)
    {
        if (isFixed)
        {
            return notIp;
        }
        final int l3 = frame.offset() + Layer3.offset(layer3);
        final int length = frame.length() - Layer3.offset(layer3);
        return switch (Layer3.etherType(layer3))
        {
            case EtherType.IPV4 -> length < Ipv4Header.LENGTH ? notIp : ofIpv4(frame.buffer(), l3);
            case EtherType.IPV6 -> length < Ipv6Header.LENGTH ? notIp : ofIpv6(frame.buffer(), l3);
            default -> notIp;
        };
    }

    private int ecn(final int innerTos)
    {
        return ecn >>> (innerTos & ECN_MASK) * ECN_BITS & ECN_MASK;
    }

    private int ofIpv4(final MutableDirectBuffer buffer, final int l3)
    {
        final int innerTos = buffer.getByte(l3 + Ipv4Header.TOS_OFFSET) & 0xFF;
        if (isEcnOnly)
        {
            return notIp | ecn(innerTos);
        }
        final boolean isDf = (buffer.getByte(l3 + Ipv4Header.FLAGS_OFFSET) & DF_BIT) != 0;
        return pack(
            innerTos,
            buffer.getByte(l3 + Ipv4Header.TTL_OFFSET) & 0xFF,
            isDf ? OuterFields.DF_SET : OuterFields.DF_CLEAR);
    }

    private int ofIpv6(final MutableDirectBuffer buffer, final int l3)
    {
        final int innerTos = buffer.getShort(l3 + Ipv6Header.VERSION_OFFSET, ByteOrder.BIG_ENDIAN) >>> 4 & 0xFF;
        return isEcnOnly ?
            notIp | ecn(innerTos) :
            pack(innerTos, buffer.getByte(l3 + Ipv6Header.HOP_LIMIT_OFFSET) & 0xFF, OuterFields.DF_SET);
    }

    private int pack(final int innerTos, final int innerTtl, final int innerDf)
    {
        return OuterFields.pack(
            (inheritsTos ? innerTos & ~ECN_MASK : tos) | ecn(innerTos),
            inheritsTtl ? innerTtl : ttl,
            inheritsDf ? innerDf : df);
    }
}
