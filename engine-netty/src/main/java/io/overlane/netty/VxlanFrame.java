// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.DefaultByteBufHolder;
import java.net.InetSocketAddress;
import java.util.Objects;

/**
 * An Ethernet frame with its segment and its remote: from where it came, or where it goes. It holds a reference to the
 * buffer with the frame's bytes; whoever has it last releases it.
 */
public final class VxlanFrame extends DefaultByteBufHolder
{
    private static final int MAX_VNI = 0xFF_FFFF;

    private final int vni;
    private final InetSocketAddress remote;

    /**
     * @param vni    of the segment, 0…16777215.
     * @param remote address and UDP port of the other VTEP.
     * @param frame  readable bytes: an Ethernet frame without a frame check sequence. This takes over its reference.
     * @throws IllegalArgumentException if the VNI is out of range.
     */
    public VxlanFrame(final int vni, final InetSocketAddress remote, final ByteBuf frame)
    {
        super(frame);
        if (vni < 0 || vni > MAX_VNI)
        {
            throw new IllegalArgumentException("vni=" + vni + " (expected 0…" + MAX_VNI + ")");
        }
        this.vni = vni;
        this.remote = Objects.requireNonNull(remote, "remote");
    }

    /** @return the segment. */
    public int vni()
    {
        return vni;
    }

    /** @return address and UDP port of the other VTEP. */
    public InetSocketAddress remote()
    {
        return remote;
    }

    @Override
    public VxlanFrame replace(final ByteBuf frame)
    {
        return new VxlanFrame(vni, remote, frame);
    }

    @Override
    public VxlanFrame copy()
    {
        return (VxlanFrame)super.copy();
    }

    @Override
    public VxlanFrame duplicate()
    {
        return (VxlanFrame)super.duplicate();
    }

    @Override
    public VxlanFrame retainedDuplicate()
    {
        return (VxlanFrame)super.retainedDuplicate();
    }

    @Override
    public VxlanFrame retain()
    {
        super.retain();
        return this;
    }

    @Override
    public VxlanFrame retain(final int increment)
    {
        super.retain(increment);
        return this;
    }

    @Override
    public VxlanFrame touch()
    {
        super.touch();
        return this;
    }

    @Override
    public VxlanFrame touch(final Object hint)
    {
        super.touch(hint);
        return this;
    }

    @Override
    public boolean equals(final Object other)
    {
        return other instanceof VxlanFrame frame &&
            frame.vni == vni && frame.remote.equals(remote) && super.equals(other);
    }

    @Override
    public int hashCode()
    {
        return Objects.hash(vni, remote, super.hashCode());
    }

    @Override
    public String toString()
    {
        return "vni " + vni + ", remote " + remote + ", " + contentToString();
    }
}
