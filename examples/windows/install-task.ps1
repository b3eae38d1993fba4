# Runs the audit from the start of Windows on, without anybody logged in, and the nightly job at ten past midnight.
# Run once as an administrator:  powershell -ExecutionPolicy Bypass -File install-task.ps1 -Folder C:\ProgramData\ntp-auditor
# The folder holds ntp-auditor.json, made before by "ntp-auditor init". The task runs as LOCAL SERVICE, which may not set the clock.
param(
  [Parameter(Mandatory = $true)][string]$Folder,
  [string]$Node = (Get-Command node.exe -ErrorAction Stop).Source,
  [string]$Command = (Join-Path (npm root -g) 'ntp-auditor\dist\lib\cli\main.js')
)
$ErrorActionPreference = 'Stop'
if (-not (Test-Path $Command)) { throw "there is no $Command; install it with: npm install --global ntp-auditor" }
if (-not (Test-Path (Join-Path $Folder 'ntp-auditor.json'))) { throw "there is no ntp-auditor.json in $Folder; make it with: ntp-auditor init" }

# Only LOCAL SERVICE, SYSTEM and administrators may read or write trail and keys.
icacls $Folder /inheritance:r /grant 'LOCAL SERVICE:(OI)(CI)M' 'SYSTEM:(OI)(CI)F' 'Administrators:(OI)(CI)F' | Out-Null

$service = New-ScheduledTaskPrincipal -UserId 'NT AUTHORITY\LOCAL SERVICE' -LogonType ServiceAccount
$always = New-ScheduledTaskSettingsSet -ExecutionTimeLimit ([TimeSpan]::Zero) -RestartCount 999 -RestartInterval (New-TimeSpan -Minutes 1) `
  -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -StartWhenAvailable -MultipleInstances IgnoreNew
$audit = New-ScheduledTaskAction -Execute $Node -Argument "`"$Command`" run" -WorkingDirectory $Folder
Register-ScheduledTask -TaskName 'ntp-auditor' -Principal $service -Settings $always -Action $audit `
  -Trigger (New-ScheduledTaskTrigger -AtStartup) -Force | Out-Null

$once = New-ScheduledTaskSettingsSet -ExecutionTimeLimit (New-TimeSpan -Hours 2) -StartWhenAvailable -AllowStartIfOnBatteries -MultipleInstances IgnoreNew
$nightly = New-ScheduledTaskAction -Execute $Node -Argument "`"$Command`" nightly" -WorkingDirectory $Folder
Register-ScheduledTask -TaskName 'ntp-auditor nightly' -Principal $service -Settings $once -Action $nightly `
  -Trigger (New-ScheduledTaskTrigger -Daily -At '00:10') -Force | Out-Null
Start-ScheduledTask -TaskName 'ntp-auditor'
