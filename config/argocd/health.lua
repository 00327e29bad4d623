-- How an object of ours stands: as kstatus has it, and Suspended where it rests on purpose. What is being deleted Argo CD knows itself.
local function health(status, message)
  return { status = status, message = message }
end

local status = obj.status or {}
local conditions = {}
for _, condition in ipairs(status.conditions or {}) do
  conditions[condition.type] = condition
end
local function isTrue(kind)
  return conditions[kind] ~= nil and conditions[kind].status == "True"
end

if isTrue("Paused") then
  return health("Suspended", conditions.Paused.message)
end
if status.observedGeneration ~= obj.metadata.generation then
  return health("Progressing", "The operator has not seen this version yet.")
end
if isTrue("Stalled") then
  return health("Degraded", conditions.Stalled.message)
end
if isTrue("Ready") and not isTrue("Reconciling") then
  return health("Healthy", conditions.Ready.message)
end
return health("Progressing", conditions.Ready and conditions.Ready.message)
