// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import java.io.IOException;

/** A malformed capture file. The message names the file and, if possible, the packet. */
public final class PcapException extends IOException
{
    private static final long serialVersionUID = 1L;

    /**
     * @param message what is wrong and where.
     */
    public PcapException(final String message)
    {
        super(message);
    }
}
