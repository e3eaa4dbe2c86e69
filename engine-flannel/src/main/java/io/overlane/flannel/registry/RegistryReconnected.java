// SPDX-License-Identifier: Apache-2.0
package io.overlane.flannel.registry;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;
import org.jspecify.annotations.Nullable;

/** An event of Java Flight Recorder: a watch follows its registry again. It begins with the first failure. */
@Name("io.overlane.RegistryReconnected")
@Label("Registry Reconnected")
@Description("The node follows the registry of leases again; the duration is that of the outage")
@Category("Overlane")
@StackTrace(false)
final class RegistryReconnected extends Event
{
    @Label("Watch")
    @Nullable String watch;

    @Label("Reason")
    @Nullable String reason;

    @Label("Failures")
    int failures;

    /** The outage begins. */
    static RegistryReconnected begin(final String watch, final @Nullable String reason)
    {
        final RegistryReconnected outage = new RegistryReconnected();
        outage.begin();
        outage.watch = watch;
        outage.reason = reason;
        return outage;
    }
}
