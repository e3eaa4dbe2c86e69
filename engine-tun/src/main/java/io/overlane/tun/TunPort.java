// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.EAGAIN;
import static io.overlane.tun.libc.Linux.EBADFD;
import static io.overlane.tun.libc.Linux.EINTR;
import static io.overlane.tun.libc.Linux.EINVAL;
import static io.overlane.tun.libc.Linux.EIO;
import static io.overlane.tun.libc.Linux.ENOBUFS;
import static io.overlane.tun.libc.Linux.ENOMEM;
import static io.overlane.tun.libc.Linux.EPOLLIN;

import io.overlane.frame.Frame;
import io.overlane.frame.FrameBatch;
import io.overlane.frame.FrameSlab;
import io.overlane.parse.Layer3;
import io.overlane.port.Port;
import io.overlane.port.PortSelector;
import io.overlane.status.DropReason;
import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.DescriptorWait;
import io.overlane.tun.libc.ErrnoReporter;
import io.overlane.tun.libc.LibC;
import java.io.IOException;
import org.agrona.ErrorHandler;
import org.agrona.MutableDirectBuffer;

/**
 * A port on a TAP (Ethernet frames) or a TUN (IP packets).
 *
 * <p>Frames are read into the memory of the caller's batch. A read puts the vnet header into the last bytes of a slot's
 * headroom, directly before the frame, and a write takes both from there. So no byte is copied in either direction, and
 * {@link #offer(FrameBatch)} needs no memory but the headroom of the frames.
 */
public final class TunPort implements Port
{
    /** The kernel's longest super-frame (GSO_LEGACY_MAX_SIZE), layer 2 header and VLAN tags included. */
    static final int MAX_FRAME_LENGTH = 65_536 + Layer3.MAX_OFFSET;

    /**
     * A poll ends at this number of bytes, so that they are still in the core's own cache when the engine reads them.
     * Of 64 super-frames the first would have left it.
     */
    static final int POLL_BYTES = 192 * 1024;

    private final LibC libc;
    private final SuperFrames.Writer pieceWriter = this::write;
    private final TunDevice device;
    private final Descriptor descriptor;
    private final int vnetHeaderLength;
    private final int mtu;
    private final DescriptorWait wait = new DescriptorWait();
    private final DescriptorWait.Source readable;
    private final ErrnoReporter errors;
    private final SuperFrames superFrames;

    /**
     * Makes a port with the device's MTU.
     *
     * @param device       closed with the port. Set its MTU before.
     * @param errorHandler gets failures of the device, each kind at most once a minute.
     * @throws IOException if the device is gone or the kernel refuses an eventfd; the device stays open.
     */
    public TunPort(final TunDevice device, final ErrorHandler errorHandler) throws IOException
    {
        this(device, device.mtu(), errorHandler);
    }

    /**
     * @param device       closed with the port.
     * @param mtu          the device's IP MTU in bytes, if it cannot be read because the device is in another
     *                     namespace.
     * @param errorHandler gets failures of the device, each kind at most once a minute.
     * @throws IOException if the kernel refuses an eventfd; the device stays open.
     */
    public TunPort(final TunDevice device, final int mtu, final ErrorHandler errorHandler) throws IOException
    {
        this(LibC.get(), device, mtu, errorHandler);
    }

    /** For tests: reads and writes through a stand-in for the C library. */
    TunPort(final LibC libc, final TunDevice device, final int mtu, final ErrorHandler errorHandler)
        throws IOException
    {
        this.libc = libc;
        this.device = device;
        this.mtu = mtu;
        descriptor = device.descriptor();
        vnetHeaderLength = device.vnetHeaderLength();
        errors = new ErrnoReporter(errorHandler, device.name());
        superFrames = new SuperFrames(device.offload(), device.kind() == TunKind.TAP, errors);
        readable = wait.add(descriptor, EPOLLIN, true, () -> {});
    }

    Descriptor descriptor()
    {
        return descriptor;
    }

    @Override
    public String name()
    {
        return device.name();
    }

    /** @return the device's MTU when the port was made. */
    @Override
    public int mtu()
    {
        return mtu;
    }

    /** @return the offloads in use, as text. */
    public String offload()
    {
        return superFrames.toString();
    }

    /**
     * @return number of the interface, if it is a TAP in the network namespace of the calling thread; else 0.
     * @throws IOException if the kernel does not say that.
     */
    public int tapIndex() throws IOException
    {
        return device.kind() == TunKind.TAP ? device.indexHere() : 0;
    }

    @Override
    public boolean takesSuperFrames(final int gsoType)
    {
        return superFrames.taken(gsoType);
    }

    @Override
    public int slotLength()
    {
        return MAX_FRAME_LENGTH;
    }

    @Override
    public int poll(final FrameBatch batch, final int limit)
    {
        if (!descriptor.acquire())
        {
            return 0;
        }
        try
        {
            int count = 0;
            int bytes = 0;
            while (count < limit)
            {
                final Frame frame = batch.slot(MAX_FRAME_LENGTH);
                if (!read(frame))
                {
                    break;
                }
                batch.add(frame);
                count++;
                bytes += frame.length();
                if (bytes >= POLL_BYTES)
                {
                    batch.cutShort();
                    break;
                }
            }
            return count;
        }
        finally
        {
            descriptor.release();
        }
    }

    private boolean read(final Frame frame)
    {
        final MutableDirectBuffer buffer = frame.buffer();
        final int start = FrameSlab.HEADROOM - vnetHeaderLength;
        final int length = libc.read(descriptor.fd(), buffer, start, buffer.capacity() - start);
        if (length < vnetHeaderLength)
        {
            if (length < 0)
            {
                readFailed(LibC.errno());
            }
            return false;
        }
        frame.wrap(FrameSlab.HEADROOM, length - vnetHeaderLength);
        if (vnetHeaderLength != 0)
        {
            VirtioNetHeader.decode(buffer, start, frame);
        }
        return true;
    }

    private void readFailed(final int errno)
    {
        if (errno != EAGAIN && errno != EINTR)
        {
            errors.report("read", errno);
            if (errno == EBADFD)
            {
                // The device was removed (tun_chr_read_iter). Its error state would end the next wait.
                wait.remove(readable);
            }
        }
    }

    @Override
    public void offer(final FrameBatch batch)
    {
        final boolean open = descriptor.acquire();
        try
        {
            for (int i = 0, size = batch.size(); i < size; i++)
            {
                final Frame frame = batch.get(i);
                if (frame.verdict() == DropReason.NONE)
                {
                    frame.verdict(open ? write(frame) : DropReason.PORT_ERROR);
                }
            }
        }
        finally
        {
            if (open)
            {
                descriptor.release();
            }
        }
    }

    private DropReason write(final Frame frame)
    {
        if (vnetHeaderLength == 0)
        {
            if (frame.gsoType() != Frame.GSO_NONE || (frame.flags() & Frame.NEEDS_CHECKSUM) != 0)
            {
                errors.report("a frame needs a checksum or segmentation, but the device has no vnet header");
                return DropReason.PORT_ERROR;
            }
        }
        else
        {
            if (frame.offset() < vnetHeaderLength)
            {
                errors.report("a frame has no headroom for the vnet header");
                return DropReason.PORT_ERROR;
            }
            VirtioNetHeader.encode(frame, frame.buffer(), frame.offset() - vnetHeaderLength, vnetHeaderLength);
        }
        final int start = frame.offset() - vnetHeaderLength;
        final int length = frame.length() + vnetHeaderLength;
        int written = libc.write(descriptor.fd(), frame.buffer(), start, length);
        while (written < 0)
        {
            final int errno = LibC.errno();
            switch (errno)
            {
                case EINTR:
                    written = libc.write(descriptor.fd(), frame.buffer(), start, length);
                    break;

                case EAGAIN, ENOBUFS, ENOMEM:
                    return DropReason.PORT_FULL;

                case EINVAL:
                    if (frame.gsoType() != Frame.GSO_NONE)
                    {
                        return superFrames.onRefused(frame, pieceWriter);
                    }
                    errors.report("write", errno);
                    return DropReason.PORT_ERROR;

                case EIO:
                    return DropReason.PORT_DOWN;

                default:
                    errors.report("write", errno);
                    return DropReason.PORT_ERROR;
            }
        }
        return DropReason.NONE;
    }

    @Override
    public void await(final long timeoutNs)
    {
        wait.await(descriptor.isClosed() ? 0 : timeoutNs);
    }

    @Override
    public void wake()
    {
        wait.wake();
    }

    @Override
    public boolean isClosed()
    {
        return descriptor.isClosed();
    }

    @Override
    public PortSelector newSelector() throws IOException
    {
        return new DeviceWait();
    }

    @Override
    public void close()
    {
        device.close();
        wait.close();
    }
}
