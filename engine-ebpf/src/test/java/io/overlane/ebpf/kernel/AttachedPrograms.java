// SPDX-License-Identifier: Apache-2.0
package io.overlane.ebpf.kernel;

import static io.overlane.ebpf.kernel.BpfCall.DATA;

/** Asks the kernel how many programs are at a device. */
public final class AttachedPrograms
{
    private static final int PROG_QUERY = 16;
    private static final int SIZE = 64;
    private static final int ROOM = 64;
    private static final int TCX_INGRESS = 46;

    private AttachedPrograms()
    {
    }

    /** @return the number of programs for frames that the device received. */
    public static int atIngress(final int ifindex) throws BpfException
    {
        final BpfCall call = new BpfCall(ROOM * Integer.BYTES)
            .putInt(0, ifindex).putInt(4, TCX_INGRESS).putPointer(16, DATA).putInt(24, ROOM);
        final int result = call.call(PROG_QUERY, SIZE);
        if (result < 0)
        {
            throw BpfException.of(-result, "cannot ask for programs at interface " + ifindex);
        }
        return call.memory().getInt(24);
    }
}
