// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import java.io.IOException;

/**
 * The rules of one network and IP version in the kernel. Others may flush or change them at any time, so
 * {@link #ensure()} is called again and again.
 */
public interface Firewall
{
    /**
     * Put the rules in place unless they stand there as this left them. All change at once or none.
     *
     * @return true if something had to be done, as the first time.
     * @throws IOException if the rules cannot be read or set; one line that says why.
     */
    boolean ensure() throws IOException;

    /**
     * Take the rules away, whoever of this name put them there; it is no error if there are none.
     *
     * @throws IOException if they cannot be removed; one line that says why.
     */
    void remove() throws IOException;
}
