/** Tests of options that become plans, or one-line refusals. */
package io.overlane.examples.bridge.plan;
