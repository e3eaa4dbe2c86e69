/** Tests of what an operator can ask of an engine. */
package io.overlane.admin.command;
