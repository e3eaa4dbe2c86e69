// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.check;

import java.io.IOException;

/** Compares a part of the host with its wanted state and corrects it. */
@FunctionalInterface
public interface HostCheck
{
    /**
     * Called by one thread at a time.
     *
     * @return what was corrected, for the log; empty if nothing was.
     * @throws IOException if it could not be corrected; one line that says why.
     */
    String run() throws IOException;
}
