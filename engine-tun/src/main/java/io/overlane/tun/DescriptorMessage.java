// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun;

import static io.overlane.tun.libc.Linux.CMSG_DATA_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_LEVEL_OFFSET;
import static io.overlane.tun.libc.Linux.CMSG_TYPE_OFFSET;
import static io.overlane.tun.libc.Linux.IOVEC_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.IOVEC_SIZE;
import static io.overlane.tun.libc.Linux.MSG_CONTROL_LENGTH_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_CONTROL_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_IOV_COUNT_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_IOV_OFFSET;
import static io.overlane.tun.libc.Linux.MSG_SIZE;
import static io.overlane.tun.libc.Linux.SCM_RIGHTS;
import static io.overlane.tun.libc.Linux.SOL_SOCKET;

import io.overlane.memory.MemoryBuffer;
import io.overlane.tun.libc.LibC;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A text and open descriptors that one process sends to another. The receiver owns the descriptors: those that it has
 * not taken are closed with the message.
 */
public final class DescriptorMessage implements AutoCloseable
{
    /** Both are far more than the devices of a node need; the kernel allows 253 descriptors. */
    static final int MAX_DESCRIPTORS = 16;
    static final int MAX_TEXT = 4096;

    private static final int TAKEN = -1;
    private static final int IOVEC = MSG_SIZE;
    private static final int CONTROL = IOVEC + IOVEC_SIZE;
    private static final int CONTROL_SPACE = CMSG_DATA_OFFSET + MAX_DESCRIPTORS * Integer.BYTES;
    private static final int TEXT = CONTROL + CONTROL_SPACE;

    private final String text;
    private final List<Integer> descriptors;

    DescriptorMessage(final String text, final List<Integer> descriptors)
    {
        this.text = text;
        this.descriptors = new ArrayList<>(descriptors);
    }

    /** @return the text; empty if the sender sent none. */
    public String text()
    {
        return text;
    }

    /** @return the number of descriptors that were received. */
    public int size()
    {
        return descriptors.size();
    }

    /**
     * @param index 0…size-1, in the order of sending.
     * @return the descriptor, which the caller closes from now on.
     * @throws IllegalStateException if it was taken already.
     */
    public int take(final int index)
    {
        final int descriptor = descriptors.set(index, TAKEN);
        if (descriptor == TAKEN)
        {
            throw new IllegalStateException("descriptor " + index + " of the message was taken already");
        }
        return descriptor;
    }

    /** Close the descriptors that were not taken. */
    @Override
    public void close()
    {
        descriptors.stream().filter(descriptor -> descriptor != TAKEN).forEach(LibC::close);
        descriptors.replaceAll(descriptor -> TAKEN);
    }

    /** @return memory for a message of this size. */
    static MemoryBuffer memory(final int textLength, final int controlLength)
    {
        final MemoryBuffer memory = MemoryBuffer.allocate(TEXT + MAX_TEXT, Long.BYTES);
        final long address = memory.addressOffset();
        memory.putLong(MSG_IOV_OFFSET, address + IOVEC);
        memory.putLong(MSG_IOV_COUNT_OFFSET, 1);
        memory.putLong(IOVEC, address + TEXT);
        memory.putLong(IOVEC + IOVEC_LENGTH_OFFSET, textLength);
        memory.putLong(MSG_CONTROL_OFFSET, controlLength == 0 ? 0 : address + CONTROL);
        memory.putLong(MSG_CONTROL_LENGTH_OFFSET, controlLength);
        return memory;
    }

    static MemoryBuffer toSend(final String text, final List<Integer> descriptors)
    {
        final byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length == 0 || bytes.length > MAX_TEXT || descriptors.size() > MAX_DESCRIPTORS)
        {
            throw new IllegalArgumentException("a message of " + bytes.length + " bytes and " + descriptors.size() +
                " descriptors: expected 1..." + MAX_TEXT + " and at most " + MAX_DESCRIPTORS);
        }
        final int length = CMSG_DATA_OFFSET + descriptors.size() * Integer.BYTES;
        final MemoryBuffer memory = memory(bytes.length, descriptors.isEmpty() ? 0 : length);
        memory.putLong(CONTROL, length);
        memory.putInt(CONTROL + CMSG_LEVEL_OFFSET, SOL_SOCKET);
        memory.putInt(CONTROL + CMSG_TYPE_OFFSET, SCM_RIGHTS);
        for (int i = 0; i < descriptors.size(); i++)
        {
            memory.putInt(CONTROL + CMSG_DATA_OFFSET + i * Integer.BYTES, descriptors.get(i));
        }
        memory.putBytes(TEXT, bytes);
        return memory;
    }

    static MemoryBuffer toReceive()
    {
        return memory(MAX_TEXT, CONTROL_SPACE);
    }

    static DescriptorMessage received(final MemoryBuffer memory, final int textLength)
    {
        final byte[] bytes = new byte[textLength];
        memory.getBytes(TEXT, bytes);
        final List<Integer> descriptors = new ArrayList<>();
        final boolean has = memory.getLong(MSG_CONTROL_LENGTH_OFFSET) > CMSG_DATA_OFFSET &&
            memory.getInt(CONTROL + CMSG_LEVEL_OFFSET) == SOL_SOCKET &&
            memory.getInt(CONTROL + CMSG_TYPE_OFFSET) == SCM_RIGHTS;
        for (int i = CMSG_DATA_OFFSET; has && i < memory.getLong(CONTROL); i += Integer.BYTES)
        {
            descriptors.add(memory.getInt(CONTROL + i));
        }
        return new DescriptorMessage(new String(bytes, StandardCharsets.UTF_8), descriptors);
    }
}
