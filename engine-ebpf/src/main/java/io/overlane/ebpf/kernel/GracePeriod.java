// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.kernel.BpfCall.DATA;

import io.overlane.tun.libc.Descriptor;
import io.overlane.tun.libc.Linux;

/**
 * Waits for programs that are running. When an entry was removed from a map, programs that found it before may still
 * use it; after {@link #await()} they have ended, and none finds it any more. One thread.
 *
 * <p>The kernel gives this promise for a map of maps: when a new value is in force, it waits for all programs that may
 * have seen the old one. So this puts one map into a map of maps again and again. In contrast to membarrier(2), the
 * kernel waits on machines with one CPU and with {@code nohz_full}, too.
 */
public final class GracePeriod implements AutoCloseable
{
    private static final int ARRAY_OF_MAPS = 12;
    private static final int INNER_MAP_OFFSET = 20;
    private static final int NAME_OFFSET = 28;
    private static final String NAME = "grace_period";
    private static final int VALUE = DATA + Long.BYTES;

    private final Descriptor descriptor;
    private final BpfCall call = new BpfCall(2 * Long.BYTES);

    private GracePeriod(final int fd, final int inner)
    {
        descriptor = new Descriptor(fd);
        call.putInt(0, fd).putPointer(8, DATA).putPointer(16, VALUE).putInt(DATA, 0).putInt(VALUE, inner);
    }

    /**
     * @param any a map that is open as long as this is used.
     * @throws BpfException if the kernel refuses it.
     */
    public static GracePeriod create(final BpfMap any) throws BpfException
    {
        final int fd = new BpfCall(0)
            .putInt(0, ARRAY_OF_MAPS)
            .putInt(4, Integer.BYTES)
            .putInt(8, Integer.BYTES)
            .putInt(12, 1)
            .putInt(INNER_MAP_OFFSET, any.fd())
            .putName(NAME_OFFSET, NAME)
            .call(BpfCall.MAP_CREATE, BpfCall.MAP_CREATE_SIZE);
        if (fd < 0)
        {
            throw BpfException.of(-fd, "cannot create a BPF map of maps");
        }
        return new GracePeriod(fd, any.fd());
    }

    /**
     * Return when all programs that are running now have ended: in some tens of milliseconds at most.
     *
     * @throws BpfException if the kernel refuses it.
     */
    public void await() throws BpfException
    {
        final int result = descriptor.isClosed() ?
            -Linux.EBADF :
            call.call(BpfCall.MAP_UPDATE_ELEM, BpfCall.MAP_ELEM_SIZE);
        if (result < 0)
        {
            throw BpfException.of(-result, "cannot wait for the end of running BPF programs");
        }
    }

    /** Closing twice does no harm. */
    @Override
    public void close()
    {
        descriptor.close();
    }
}
