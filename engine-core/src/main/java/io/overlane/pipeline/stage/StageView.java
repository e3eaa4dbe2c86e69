// SPDX-License-Identifier: Apache-2.0
package io.overlane.pipeline.stage;

import io.overlane.fate.Fate;
import io.overlane.frame.Frame;
import io.overlane.parse.Ipv6Extensions;
import io.overlane.parse.Layer3;
import io.overlane.port.Port;
import io.overlane.setting.Setting;
import io.overlane.stage.StageFrame;
import io.overlane.stage.StageTarget;
import io.overlane.status.DropReason;
import io.overlane.wire.EtherType;
import io.overlane.wire.EthernetHeader;
import io.overlane.wire.IpProtocol;
import io.overlane.wire.Ipv4Header;
import io.overlane.wire.Ipv6Header;
import io.overlane.wire.TcpHeader;
import io.overlane.wire.UdpHeader;
import org.agrona.MutableDirectBuffer;
import org.jspecify.annotations.Nullable;

/** The view that the stages of one thread get. */
final class StageView implements StageFrame
{
    /** More extension headers than any known packet has; longer chains are not followed, because they cost time. */
    private static final int MAX_EXTENSIONS = 8;
    static final int UNKNOWN = -1;

    final Fate.Direction direction;
    @SuppressWarnings("NullAway.Init")
    Mirrors mirrors;

    @SuppressWarnings("NullAway.Init")
    private Frame frame;
    private int layer3;
    private int vni;
    private @Nullable Port port;
    private long high;
    private long low;
    private int count;
    @SuppressWarnings("NullAway.Init")
    private StageEntry entry;

    DropReason verdict = DropReason.NONE;
    @Nullable Port toPort;
    int toRemote = UNKNOWN;

    private final EthernetHeader ethernet = new EthernetHeader();
    private final Ipv4Header ipv4 = new Ipv4Header();
    private final Ipv6Header ipv6 = new Ipv6Header();
    private final Ipv6Extensions extensions = new Ipv6Extensions();
    private final TcpHeader tcp = new TcpHeader();
    private final UdpHeader udp = new UdpHeader();
    /** What {@link #parse} found; {@link #UNKNOWN} before. */
    private int version;
    private int protocol;
    /** Bytes from the start of the frame to the header behind IP; {@link #UNKNOWN} if that is not there. */
    private int transport;

    StageView(final Fate.Direction direction)
    {
        this.direction = direction;
    }

    /** Aim at the frame that the next stages decide about. */
    void frame(
        final Frame frame,
        final int layer3,
        final int vni,
        final @Nullable Port port,
        final long high,
        final long low,
        final int count)
    {
        this.frame = frame;
        this.layer3 = layer3;
        this.vni = vni;
        this.high = high;
        this.low = low;
        this.count = count;
        toRemote = UNKNOWN;
        // These seldom change: a comparison is cheaper than the write barrier of the collector.
        if (this.port != port)
        {
            this.port = port;
        }
        if (verdict != DropReason.NONE)
        {
            verdict = DropReason.NONE;
        }
        if (toPort != null)
        {
            toPort = null;
        }
    }

    /** The next stage decides. */
    void stage(final StageEntry entry)
    {
        version = UNKNOWN;
        if (this.entry != entry)
        {
            this.entry = entry;
        }
    }

    @Override
    public Fate.Direction direction()
    {
        return direction;
    }

    @Override
    public int vni()
    {
        return vni;
    }

    @Override
    public @Nullable Port port()
    {
        return port;
    }

    @Override
    public long remoteHigh()
    {
        return high;
    }

    @Override
    public long remoteLow()
    {
        return low;
    }

    @Override
    public MutableDirectBuffer buffer()
    {
        return frame.buffer();
    }

    @Override
    public int offset()
    {
        return frame.offset();
    }

    @Override
    public int length()
    {
        return frame.length();
    }

    @Override
    public int frames()
    {
        return count;
    }

    @Override
    public int gsoType()
    {
        return frame.gsoType();
    }

    @Override
    public int gsoSize()
    {
        return frame.gsoSize();
    }

    @Override
    public int layer3Offset()
    {
        return Layer3.offset(layer3);
    }

    @Override
    public int etherType()
    {
        return Layer3.etherType(layer3);
    }

    @Override
    public @Nullable EthernetHeader ethernet()
    {
        return layer3 == Layer3.IPV4_PACKET ?
            null :
            ethernet.wrap(frame.buffer(), frame.offset(), frame.length());
    }

    @Override
    public @Nullable Ipv4Header ipv4()
    {
        return parse() == Ipv4Header.VERSION ? ipv4 : null;
    }

    @Override
    public @Nullable Ipv6Header ipv6()
    {
        return parse() == Ipv6Header.VERSION ? ipv6 : null;
    }

    /** Find the IP header once for each stage. The answer is the IP version, 0 for none. */
    private int parse()
    {
        if (version == UNKNOWN)
        {
            final int start = Layer3.offset(layer3);
            final int type = Layer3.etherType(layer3);
            version = 0;
            if (type == EtherType.IPV4 && ipv4.wrap(
                frame.buffer(), frame.offset() + start, frame.length() - start).checkHeader() == DropReason.NONE)
            {
                version = Ipv4Header.VERSION;
                protocol = ipv4.protocol();
                transport = ipv4.isFragment() ? UNKNOWN : start + ipv4.headerLength();
            }
            else if (type == EtherType.IPV6 && ipv6.wrap(
                frame.buffer(), frame.offset() + start, frame.length() - start).checkHeader() == DropReason.NONE)
            {
                version = Ipv6Header.VERSION;
                protocol = protocolBehindExtensions();
            }
        }
        return version;
    }

    @Override
    public int protocol()
    {
        return parse() == 0 ? UNKNOWN : protocol;
    }

    private int protocolBehindExtensions()
    {
        final int start = Layer3.offset(layer3) + Ipv6Header.LENGTH;
        extensions.wrap(frame.buffer(), frame.offset() + start, frame.length() - start, ipv6.nextHeader());
        for (int i = 0; i < MAX_EXTENSIONS && Ipv6Extensions.isExtension(extensions.nextHeader()); i++)
        {
            final boolean isFragment = extensions.nextHeader() == IpProtocol.FRAGMENT;
            if (!extensions.next())
            {
                transport = UNKNOWN;
                return UNKNOWN;
            }
            if (isFragment)
            {
                transport = UNKNOWN;
                return extensions.nextHeader();
            }
        }
        transport = UNKNOWN;
        if (extensions.isTruncated() || Ipv6Extensions.isExtension(extensions.nextHeader()))
        {
            return UNKNOWN;
        }
        transport = extensions.offset() - frame.offset();
        return extensions.nextHeader();
    }

    @Override
    public @Nullable TcpHeader tcp()
    {
        return parse() != 0 && protocol == IpProtocol.TCP && transport != UNKNOWN &&
            tcp.wrap(frame.buffer(), frame.offset() + transport, frame.length() - transport).check() ==
            DropReason.NONE ? tcp : null;
    }

    @Override
    public @Nullable UdpHeader udp()
    {
        return parse() != 0 && protocol == IpProtocol.UDP && transport != UNKNOWN &&
            frame.length() - transport >= UdpHeader.LENGTH ?
            udp.wrap(frame.buffer(), frame.offset() + transport, frame.length() - transport) : null;
    }

    @Override
    public void drop(final DropReason reason)
    {
        if (Setting.notNull("reason", reason) == DropReason.NONE)
        {
            throw new IllegalArgumentException("a stage drops a frame for no reason; give one, or let the frame pass");
        }
        verdict = reason;
    }

    @Override
    public void redirect(final StageTarget target)
    {
        final int index = entry.indexOf(target);
        toPort = target.port();
        toRemote = entry.remote(index);
    }

    @Override
    public void mirror(final StageTarget target)
    {
        final int index = entry.indexOf(target);
        if (target.port() == null)
        {
            mirrors.toRemote(frame, layer3, vni, high, low, entry.remote(index));
        }
        else
        {
            mirrors.toPort(target.port(), frame, vni, high, low, count);
        }
    }
}
