// SPDX-License-Identifier: Apache-2.0
package io.overlane.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.IovArray;
import io.overlane.tun.TunDevice;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads and writes the frames of one queue of a device, each in one system call. Event loop only. */
final class DeviceFile
{
    /** Parts of a frame that are written from where they lie: a few headers and the frame itself. */
    private static final int MAX_PARTS = 16;

    // Values of errno, negative as Netty's exceptions have them.
    private static final int EIO = -5;
    private static final int EBADFD = -77;

    private final TunDevice device;
    private final FileDescriptor fd;
    private @Nullable IovArray parts;

    /** @throws IOException if the process has no free descriptor; the device stays open. */
    DeviceFile(final TunDevice device) throws IOException
    {
        this.device = device;
        fd = new FileDescriptor(device.duplicateDescriptor());
    }

    TunDevice device()
    {
        return device;
    }

    FileDescriptor fd()
    {
        return fd;
    }

    /** Whether a frame can be written from where it lies. */
    static boolean takes(final ByteBuf frame)
    {
        return frame.hasMemoryAddress() || frame.isDirect() && frame.nioBufferCount() <= MAX_PARTS;
    }

    /** @return false if the device has no room now. */
    boolean write(final ByteBuf frame) throws IOException
    {
        if (!frame.isReadable())
        {
            throw new IOException("cannot write a frame of 0 bytes to " + device.name());
        }
        if (frame.hasMemoryAddress())
        {
            return fd.writeAddress(frame.memoryAddress(), frame.readerIndex(), frame.writerIndex()) > 0;
        }
        if (parts == null)
        {
            parts = new IovArray(MAX_PARTS);
        }
        parts.clear();
        parts.add(frame, frame.readerIndex(), frame.readableBytes());
        return fd.writevAddresses(parts.memoryAddress(0), parts.count()) > 0;
    }

    /**
     * Read a frame behind the writer index of a direct buffer in one piece, without moving the index.
     *
     * @return its length; 0 if none is waiting.
     */
    int read(final ByteBuf frame) throws IOException
    {
        final int from = frame.writerIndex();
        if (frame.hasMemoryAddress())
        {
            return fd.readAddress(frame.memoryAddress(), from, frame.capacity());
        }
        final ByteBuffer memory = frame.internalNioBuffer(from, frame.writableBytes());
        return fd.read(memory, memory.position(), memory.limit());
    }

    static boolean isRemoved(final IOException ex)
    {
        return errno(ex) == EBADFD;
    }

    /** Says what a failure of {@link #read} or {@link #write} means. */
    IOException explained(final IOException ex)
    {
        return switch (errno(ex))
        {
            case EIO -> new IOException(
                device.name() + " is down; 'ip link set " + device.name() + " up' sets it up", ex);
            case EBADFD -> removed();
            default -> ex;
        };
    }

    IOException removed()
    {
        return new IOException("the device " + device.name() + " was removed");
    }

    private static int errno(final IOException ex)
    {
        return ex instanceof Errors.NativeIoException failure ? failure.expectedErr() : 0;
    }

    /** Close both descriptors. */
    void close() throws IOException
    {
        try
        {
            fd.close();
        }
        finally
        {
            device.close();
            if (parts != null)
            {
                parts.release();
                parts = null;
            }
        }
    }
}
