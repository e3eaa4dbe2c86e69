// SPDX-License-Identifier: Apache-2.0
package io.overlane.tun.libc;

import jnr.ffi.LastError;
import jnr.ffi.Runtime;

/** The C library itself; a test overrides the call that is to go wrong. */
public class FailingLibC extends LibC
{
    /**
     * @param errno why a call fails; {@link LibC#errno()} of this thread from now on.
     * @return -1.
     */
    public static int fail(final int errno)
    {
        LastError.setLastError(Runtime.getSystemRuntime(), errno);
        return -1;
    }
}
