// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.host.firewall;

import java.io.IOException;

/**
 * The rules of one network and IP version in the kernel. Other programs may flush or change them at any time, so
 * {@link #ensure()} is called periodically.
 */
public interface Firewall
{
    /**
     * Set the rules unless they are in place as this object set them. All of them change at once or none does.
     *
     * @return true if something was set, as on the first call.
     * @throws IOException if the rules cannot be read or set; one line that says why.
     */
    boolean ensure() throws IOException;

    /**
     * Remove the rules with these names, also those of an earlier process. It is no error if there are none.
     *
     * @throws IOException if they cannot be removed; one line that says why.
     */
    void remove() throws IOException;
}
