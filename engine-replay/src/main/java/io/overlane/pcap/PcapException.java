// SPDX-License-Identifier: Apache-2.0
package io.overlane.pcap;

import java.io.IOException;

/** A capture file that is not what it should be; the message names the file and, where it can, the packet. */
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
